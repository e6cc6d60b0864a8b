// A backup as it is read. Every byte of the file is accounted for before any of it is used: headers by their sum, contents by
// SHA256SUMS, what lies between them by being zero, the end by being there.
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { LaunchError } from '@natter/infra/launch-error';
import { SUMS } from './archive-writer.js';
import { BLOCK, type Entry, padding, readTarHeader } from './tar-header.js';

const CHUNK_BYTES = 256 * 1024;

/** An entry and where its content begins. */
export interface PlacedEntry extends Entry {
  readonly at: number;
}

export class ArchiveReader {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    /** Of the whole file, in bytes. */
    readonly size: number,
  ) {}

  /** @throws LaunchError when the file cannot be read */
  static async open(path: string): Promise<ArchiveReader> {
    try {
      const file = await open(path);
      const stat = await file.stat();
      if (stat.isFile()) return new ArchiveReader(path, file, stat.size);
      await file.close();
    } catch (error) {
      throw new LaunchError(`${path} cannot be read: ${(error as Error).message}`, { cause: error });
    }
    throw new LaunchError(`${path} is not a file.`);
  }

  close(): Promise<void> {
    return this.file.close();
  }

  /**
   * Reads all of it once and compares it with its checksums.
   *
   * @param progress told after each entry up to where it was read, in bytes
   * @throws LaunchError which names the first entry that is not what was written
   */
  async verify(progress: (bytes: number) => void = () => undefined): Promise<void> {
    const sums = (await this.#sums())[Symbol.asyncIterator]();
    for await (const entry of this.entries()) {
      if (entry.name === SUMS) continue; // that nothing follows is seen at the end
      const expected = await sums.next();
      const hash = createHash('sha256');
      for await (const chunk of this.content(entry)) hash.update(chunk);
      if (expected.done || expected.value !== `${hash.digest('hex')}  ${entry.name}`) this.#damaged(entry.name);
      progress(entry.at + entry.size);
    }
    if (!(await sums.next()).done) this.#damaged(SUMS);
  }

  /** @throws LaunchError when there is none of this name */
  async find(name: string): Promise<PlacedEntry> {
    for await (const entry of this.entries()) if (entry.name === name) return entry;
    throw new LaunchError(`${this.path} is no backup of Natter, or its end is missing: there is no ${name} in it.`);
  }

  /** All entries in their order. @throws LaunchError where something is not as it was written */
  async *entries(): AsyncGenerator<PlacedEntry> {
    let last = '';
    for (let at = 0; ; ) {
      const block = await this.#read(at, BLOCK);
      if (isZero(block)) return this.#checkEnd(at, last);
      const entry = readTarHeader(block);
      if (entry === null) return this.#damaged(last === '' ? 'its beginning' : `what follows ${last}`);
      const end = at + BLOCK + entry.size;
      if (end > this.size) this.#cut();
      const gap = await this.#read(end, padding(entry.size));
      if (!isZero(gap)) this.#damaged(`what follows ${entry.name}`);
      yield { ...entry, at: at + BLOCK };
      last = entry.name;
      at = end + gap.length;
    }
  }

  async *content({ at, size }: PlacedEntry): AsyncGenerator<Buffer> {
    for (let done = 0; done < size; ) {
      const chunk = await this.#read(at + done, Math.min(CHUNK_BYTES, size - done));
      done += chunk.length;
      yield chunk;
    }
  }

  async text(entry: PlacedEntry): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.content(entry)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  }

  async #sums(): Promise<AsyncIterable<string>> {
    return createInterface({ input: Readable.from(this.content(await this.find(SUMS))) });
  }

  /** Two blocks of zeros end an archive, and nothing follows. */
  async #checkEnd(at: number, last: string): Promise<void> {
    if (last !== SUMS || this.size < at + 2 * BLOCK) this.#cut();
    if (this.size > at + 2 * BLOCK || !isZero(await this.#read(at, 2 * BLOCK))) this.#damaged('its end');
  }

  async #read(at: number, size: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(size);
    for (let done = 0; done < size; ) {
      const { bytesRead } = await this.file.read(bytes, done, size - done, at + done);
      if (bytesRead === 0) this.#cut();
      done += bytesRead;
    }
    return bytes;
  }

  #damaged(what: string): never {
    throw new LaunchError(
      `${this.path} is damaged (${what} is not what was written): nothing was touched. Use another backup.`,
    );
  }

  #cut(): never {
    throw new LaunchError(`${this.path} is cut short: nothing was touched. Copy it again, or use another backup.`);
  }
}

const isZero = (bytes: Buffer): boolean => bytes.every((byte) => byte === 0);
