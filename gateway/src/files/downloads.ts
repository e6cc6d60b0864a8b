// A file on its way out: who may have it is asked of the room-service each time, so nothing is served that has been deleted, and
// nothing to who was removed. Browsers keep the bytes but ask before they show them again.
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { type FileRecord, getFile } from '@natter/contracts/files';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { RpcClient } from '@natter/service-kit/rpc-client';
import contentDisposition from 'content-disposition';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../http/caller.js';
import { problemAnswer } from '@natter/service-kit/problem';
import { BLOBS, type BlobBytes, type BlobPart, type BlobStore } from './blob-store.js';
import { type ByteRange, byteRange } from './byte-range.js';
import { isShown } from './content.js';

export interface Asked {
  id: string;
  part: BlobPart;
  caller: Caller;
  request: FastifyRequest;
  reply: FastifyReply;
}

@Injectable()
export class Downloads {
  constructor(
    private readonly rpc: RpcClient,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Answers with the file, a range of it, or that nothing has changed.
   *
   * @throws NatterError `not_found`, also for what the caller may not have; `unavailable` when the bytes cannot be read
   */
  async send({ id, caller, request, reply }: Asked): Promise<void> {
    const file = await this.rpc.call(getFile, { actor: caller.user, id }, caller);
    const etag = `"${file.sha256}"`;
    reply.headers({ ...headersOf(file), etag, 'accept-ranges': 'bytes' });
    if (matches(request.headers['if-none-match'], etag)) return void reply.code(304).send();
    const { range: asked, 'if-range': ifRange } = request.headers;
    const range = ifRange === undefined || ifRange === etag ? byteRange(asked, file.size) : undefined;
    if (range === null) return refuseRange(file.size, request, reply);
    if (range !== undefined) reply.code(206).header('content-range', `bytes ${range.first}-${range.last}/${file.size}`);
    reply.header('content-length', range === undefined ? file.size : range.last - range.first + 1);
    // An empty stream, for an empty body would be given a length of its own.
    if (request.method === 'HEAD') return void reply.send(Readable.from([]));
    const { bytes } = await this.read(file, 'file', range);
    reply.send(bytes);
  }

  private async read(file: FileRecord, part: BlobPart, range?: ByteRange): Promise<BlobBytes> {
    const found = await this.blobs.read(file.blob, part, range).catch((error: Error) => {
      this.logger.error({ reason: error.message, file: file.id }, 'file not read');
      throw new NatterError('unavailable', {}, { cause: error });
    });
    if (found !== undefined) return found;
    this.logger.error({ file: file.id }, 'the bytes of a file are missing');
    throw new NatterError('unavailable');
  }
}

function headersOf({ name, type }: FileRecord): Record<string, string> {
  const disposition = isShown(type) ? 'inline' : 'attachment';
  return {
    'content-type': type === 'text/plain' ? 'text/plain; charset=utf-8' : type,
    'content-disposition': contentDisposition(name, { type: disposition }),
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
  };
}

/** `If-None-Match`: a list of tags, or any. */
const matches = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));

function refuseRange(size: number, request: FastifyRequest, reply: FastifyReply): void {
  const error = new NatterError('invalid', { detail: `the file has ${size} bytes` });
  const { status, headers, body } = problemAnswer(error, request.id, 416);
  reply
    .code(status)
    .headers({ ...headers, 'content-range': `bytes */${size}` })
    .removeHeader('content-disposition');
  reply.send(body);
}
