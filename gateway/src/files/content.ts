// What a file is, as its content says; the sender's word for it is never asked.
import { fileTypeFromBuffer } from 'file-type';

/** Enough to tell what a container holds. */
const headBytes = 65_536;
const unknown = 'application/octet-stream';
/** Control characters that no text has. */
const noText = /[^\P{Cc}\t\n\v\f\r\u0080-\u009f]/u;

/** Formats that every browser draws and none runs. */
const pictures = new Set(['image/png', 'image/apng', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

/** True for a picture, of which a thumbnail may be made. */
export const isPicture = (type: string): boolean => pictures.has(type);

/** True for what a browser may show where it stands: pictures made of pixels, sound, film. All else is saved. */
export const isShown = (type: string): boolean => isPicture(type) || /^(audio|video)\//.test(type);

/** Looks on while a file passes by: keeps its beginning, and notices when it cannot be text. */
export class ContentWatch {
  private head = Buffer.alloc(0);
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });
  private mayBeText = true;

  see(chunk: Buffer): void {
    if (this.head.length < headBytes)
      this.head = Buffer.concat([this.head, chunk.subarray(0, headBytes - this.head.length)]);
    if (this.mayBeText) this.mayBeText = this.isText(chunk);
  }

  /** The media type, once all has passed. */
  async type(): Promise<string> {
    const found = await fileTypeFromBuffer(this.head).catch(() => undefined);
    if (found !== undefined) return found.mime.split(';', 1)[0] ?? unknown;
    return this.mayBeText && this.isText(undefined) ? 'text/plain' : unknown;
  }

  private isText(chunk: Buffer | undefined): boolean {
    try {
      return !noText.test(this.decoder.decode(chunk, { stream: chunk !== undefined }));
    } catch {
      return false;
    }
  }
}
