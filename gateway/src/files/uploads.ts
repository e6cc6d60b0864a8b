// A file on its way in: the room-service says yes, the bytes pass once (counted, hashed, looked at, written), and when they are
// durable the room-service makes the record. What dies on the way leaves a blob that the room-service knows to be stray.
import { createHash, randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { beginFile, commitFile, dropBlob, type StoredFile } from '@natter/contracts/files';
import { limits } from '@natter/contracts/limits';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { type CallOptions, RpcClient } from '@natter/service-kit/rpc-client';
import { BLOBS, type BlobStore } from './blob-store.js';
import { ContentWatch } from './content.js';
import { safeFileName } from './file-name.js';
import type { Part } from './form-parts.js';
import { drain, envelopeBytes, readFile, tooLarge, watched } from './one-file.js';

/** Who sends a file where. */
export interface Target {
  actor: string;
  /** Id or name. */
  room: string;
  /** Of the file to be. */
  id: string;
}

interface Measured {
  name: string;
  size: number;
  type: string;
  sha256: string;
}

export interface Upload {
  target: Target;
  /** The parts of the form, as they come. */
  parts: AsyncIterable<Part>;
  /** Of the whole body; undefined when it is not known. */
  bodyBytes: number | undefined;
  /** For calls made before the bytes have come. */
  before: CallOptions;
  /** For calls made when they have. */
  after: () => CallOptions;
}

@Injectable()
export class Uploads {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Stores the file of a form. When it resolves, the bytes and the record are durable. An id that is this file already is answered
   * with it.
   *
   * @throws NatterError `bad_request` `too_large` for the form; `idempotency_mismatch`: the id is another file; `unavailable` when a disk is
   *   full or a part is away; all that `beginFile` and `commitFile` say
   */
  async store({ target, parts, bodyBytes = 0, before, after }: Upload): Promise<StoredFile> {
    if (bodyBytes > limits.file_bytes + envelopeBytes) throw tooLarge(limits.file_bytes);
    const blob = randomUUID();
    const size = Math.max(0, bodyBytes - envelopeBytes);
    const { known } = await this.rpc.call(beginFile, { ...target, blob, size }, before);
    if (known !== null) return same(known, await this.measure(parts));
    try {
      const measured = await this.measure(parts, (bytes) => this.write(blob, bytes));
      const { blob: kept, ...file } = await this.commit({ ...target, ...measured, blob }, after());
      if (kept !== blob) await this.discard(blob);
      return file;
    } catch (error) {
      // A commit of which nothing is known may be done.
      if (!(error instanceof NatterError) || error.code !== 'timeout') await this.discard(blob);
      throw error;
    }
  }

  /** Reads the form to its end; the bytes of its one file go through `take`. */
  private async measure(
    parts: AsyncIterable<Part>,
    take: (bytes: AsyncIterable<Buffer>) => Promise<void> = drain,
  ): Promise<Measured> {
    const hash = createHash('sha256');
    const watch = new ContentWatch();
    let size = 0;
    const see = (chunk: Buffer): void => {
      size += chunk.length;
      hash.update(chunk);
      watch.see(chunk);
    };
    const name = await readFile(parts, limits.file_bytes, (bytes) => take(watched(bytes, see)));
    return { name: safeFileName(name), size, type: await watch.type(), sha256: hash.digest('hex') };
  }

  private async write(blob: string, bytes: AsyncIterable<Buffer>): Promise<void> {
    try {
      await this.blobs.put(blob, 'file', bytes);
    } catch (error) {
      if (error instanceof NatterError) throw error;
      this.logger.warn({ reason: (error as Error).message }, 'file not written');
      throw new NatterError('unavailable', { detail: 'the file could not be stored' }, { cause: error });
    }
  }

  private async commit(file: Target & Measured & { blob: string }, options: CallOptions) {
    try {
      return await this.rpc.call(commitFile, file, options);
    } catch (error) {
      if (!(error instanceof NatterError) || error.code !== 'gone') throw error;
      throw new NatterError('unavailable', { detail: 'the upload took too long' }, { cause: error });
    }
  }

  /** As soon as can be; what fails here is done by the sweep. */
  private async discard(blob: string): Promise<void> {
    try {
      await this.blobs.remove(blob);
      await this.rpc.call(dropBlob, { blob });
    } catch {
      this.logger.debug({ blob }, 'blob left to the sweep');
    }
  }
}

function same(known: StoredFile, { name, sha256 }: Measured): StoredFile {
  if (known.sha256 === sha256 && known.name === name) return known;
  throw new NatterError('idempotency_mismatch');
}
