// Small pictures of pictures: drawn when somebody first asks, kept beside the file. One that cannot be drawn is kept as nothing, so
// that it is not tried again.
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import type { FileRecord } from '@natter/contracts/files';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { BLOBS, type BlobBytes, type BlobStore } from './blob-store.js';
import { isPicture } from './content.js';
import { Drawers } from './draw.js';
import { within } from './within.js';

/** The box it fits into, for screens with two pixels to the point. */
const boxPixels = 640;
const restMs = 10 * 60_000;
const maxResting = 1_000;

@Injectable()
export class Thumbnails {
  /** By blob: whoever asks meanwhile waits for the same. */
  private readonly making = new Map<string, Promise<void>>();
  /** Blobs whose drawing took too long, and until when they are not tried again. */
  private readonly tooSlow = new Map<string, number>();

  constructor(
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly drawers: Drawers,
  ) {}

  /**
   * The small picture of a file, as WebP.
   *
   * @param waitMs if it takes longer it goes on, and is there when asked for again
   * @throws NatterError `not_found`: there is none of this file; `unavailable`: not yet, ask again
   */
  async of(file: FileRecord, waitMs: number): Promise<BlobBytes> {
    if (!isPicture(file.type) || (this.tooSlow.get(file.blob) ?? 0) > performance.now())
      throw new NatterError('not_found');
    const found = (await this.read(file)) ?? (await this.made(file, waitMs));
    if (found.size > 0) return found;
    found.bytes.destroy();
    throw new NatterError('not_found');
  }

  private read({ blob }: FileRecord): Promise<BlobBytes | undefined> {
    return this.blobs.read(blob, 'thumb');
  }

  private async made(file: FileRecord, waitMs: number): Promise<BlobBytes> {
    const notYet = new NatterError('unavailable', { retryAfterMs: 2_000 });
    await within(waitMs, this.makeOnce(file), notYet);
    const found = await this.read(file);
    if (found === undefined) throw notYet;
    return found;
  }

  private makeOnce(file: FileRecord): Promise<void> {
    const { blob } = file;
    const known = this.making.get(blob);
    if (known !== undefined) return known;
    const making = this.make(file).finally(() => this.making.delete(blob));
    this.making.set(blob, making);
    return making;
  }

  private async make({ id, blob }: FileRecord): Promise<void> {
    const open = async (): Promise<Readable> => {
      const original = await this.blobs.read(blob, 'file');
      if (original === undefined) throw new NatterError('unavailable');
      return original.bytes;
    };
    const drawn = await this.drawers.draw(open, { fit: boxPixels }).catch((error: unknown) => {
      if (error instanceof NatterError && error.code === 'timeout') this.rest(blob);
      throw error;
    });
    if (drawn === undefined) this.logger.info({ file: id }, 'no thumbnail can be made');
    await this.blobs.put(blob, 'thumb', Readable.from(drawn === undefined ? [] : [drawn]));
  }

  private rest(blob: string): void {
    this.tooSlow.set(blob, performance.now() + restMs);
    const [oldest] = this.tooSlow.keys();
    if (this.tooSlow.size > maxResting && oldest !== undefined) this.tooSlow.delete(oldest);
  }
}
