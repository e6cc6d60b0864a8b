// A backup as it is written: a tar archive under a name of its own, which gets its real name only when it is whole and on the disk. So
// whatever dies meanwhile, nothing that looks like a backup is none. Its last entry, SHA256SUMS, is what `sha256sum -c` reads.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, rmSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LaunchError } from '@natter/infra/launch-error';
import { BLOCK, padding, tarHeader } from './tar-header.js';

export const SUMS = 'SHA256SUMS';
const OWNER_ONLY = 0o600;

export interface Added {
  readonly bytes: number;
  readonly sha256: string;
}

export class ArchiveWriter {
  readonly #madeAtMs = Date.now();
  #at = 0;

  private constructor(
    private readonly path: string,
    private readonly part: string,
    private readonly archive: FileHandle,
    private readonly sums: FileHandle,
  ) {
    process.once('exit', this.#removeParts);
  }

  /** @throws LaunchError when the file is there already or cannot be made */
  static async create(path: string): Promise<ArchiveWriter> {
    if (existsSync(path)) throw new LaunchError(`${path} is there already: name another file, or move that one away.`);
    const part = `${path}.${process.pid}.part`;
    try {
      return new ArchiveWriter(path, part, await openNew(part), await openNew(`${part}.sums`));
    } catch (error) {
      throw new LaunchError(`${path} cannot be written: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Appends an entry; its size need not be known before its last byte. */
  async add(name: string, content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Added> {
    const headerAt = this.#at;
    const hash = createHash('sha256');
    await this.#write(tarHeader({ name, size: 0 }, this.#madeAtMs));
    for await (const chunk of content) {
      hash.update(chunk);
      await this.#write(chunk);
    }
    const bytes = this.#at - headerAt - BLOCK;
    await writeAll(this.archive, tarHeader({ name, size: bytes }, this.#madeAtMs), headerAt);
    await this.#write(Buffer.alloc(padding(bytes)));
    const sha256 = hash.digest('hex');
    await this.sums.appendFile(`${sha256}  ${name}\n`);
    return { bytes, sha256 };
  }

  /** Ends the archive, brings it to the disk and gives it its name. @returns its size in bytes */
  async finish(): Promise<number> {
    await this.add(SUMS, createReadStream(`${this.part}.sums`));
    await this.#write(Buffer.alloc(2 * BLOCK));
    await this.archive.sync();
    await rename(this.part, this.path);
    const folder = await open(dirname(this.path));
    await folder.sync().finally(() => folder.close());
    await this.abandon();
    return this.#at;
  }

  /** Leaves nothing of an archive that was not finished. */
  async abandon(): Promise<void> {
    await Promise.allSettled([this.archive.close(), this.sums.close()]);
    this.#removeParts();
    process.off('exit', this.#removeParts);
  }

  readonly #removeParts = (): void => {
    for (const file of [this.part, `${this.part}.sums`]) rmSync(file, { force: true });
  };

  async #write(bytes: Uint8Array): Promise<void> {
    await writeAll(this.archive, bytes, this.#at);
    this.#at += bytes.length;
  }
}

/** Never one that is there: it may be another's, who could read along, or lead elsewhere. In containers pids come again. */
async function openNew(path: string): Promise<FileHandle> {
  await rm(path, { force: true });
  return open(path, 'wx', OWNER_ONLY);
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
