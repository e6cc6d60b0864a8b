// A file on its way out: who may have it is asked of the room-service each time, so nothing is served that has been deleted, and
// nothing to who was removed. Browsers keep the bytes but ask before they show them again.
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { type FileRecord, getFile } from '@natter/contracts/files';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../http/caller.js';
import { problemAnswer } from '@natter/service-kit/problem';
import { BLOBS, type BlobPart, type BlobStore } from './blob-store.js';
import { type ByteRange, byteRange } from './byte-range.js';
import { fileHeaders } from './file-headers.js';
import { Slots } from './slots.js';
import { Thumbnails } from './thumbnails.js';

/** Rises when thumbnails are drawn in another way. */
const thumbVersion = 'thumb1';
/** Files under way to one user, and to all: each holds an open file. */
const perUser = 64;
const perGateway = 2_048;
/** A reader that takes nothing for this long is let go. */
const stallMs = 60_000;

export interface Asked {
  id: string;
  part: BlobPart;
  caller: Caller;
  request: FastifyRequest;
  reply: FastifyReply;
}

@Injectable()
export class Downloads {
  private readonly slots = new Slots(perUser, perGateway);

  constructor(
    private readonly rpc: RpcClient,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly thumbnails: Thumbnails,
  ) {}

  /**
   * Answers with the file, a range of it, its small picture, or that nothing has changed.
   *
   * @throws NatterError `not_found`, also for what the caller may not have; `unavailable` when the bytes cannot be read
   */
  async send(asked: Asked): Promise<void> {
    const file = await this.rpc.call(getFile, { actor: asked.caller.user, id: asked.id }, asked.caller);
    return asked.part === 'thumb' ? this.sendThumb(file, asked) : this.sendFile(file, asked);
  }

  private async sendFile(file: FileRecord, { caller, request, reply }: Asked): Promise<void> {
    const etag = `"${file.sha256}"`;
    const headers = { ...fileHeaders(file.name, file.type), etag, 'accept-ranges': 'bytes' };
    if (matches(request.headers['if-none-match'], etag)) return void reply.code(304).headers(headers).send();
    const { range: asked, 'if-range': ifRange } = request.headers;
    const range = ifRange === undefined || ifRange === etag ? byteRange(asked, file.size) : undefined;
    if (range === null) return refuseRange(file.size, request, reply);
    const bytes = request.method === 'HEAD' ? nothing() : await this.open(file, range, caller.user, reply);
    reply.headers({ ...headers, 'content-length': range === undefined ? file.size : range.last - range.first + 1 });
    if (range !== undefined) reply.code(206).header('content-range', `bytes ${range.first}-${range.last}/${file.size}`);
    reply.send(bytes);
  }

  private async sendThumb(file: FileRecord, { caller, request, reply }: Asked): Promise<void> {
    const etag = `"${file.sha256}-${thumbVersion}"`;
    const headers = { ...fileHeaders(`${file.name}.webp`, 'image/webp'), etag };
    if (matches(request.headers['if-none-match'], etag)) return void reply.code(304).headers(headers).send();
    const { size, bytes } = await this.thumbnails.of(file, caller.timeoutMs);
    reply.headers({ ...headers, 'content-length': size });
    if (request.method === 'HEAD') bytes.destroy();
    reply.send(request.method === 'HEAD' ? nothing() : bytes);
  }

  /** The file's bytes, for a reader who keeps reading. */
  private async open(
    file: FileRecord,
    range: ByteRange | undefined,
    user: string,
    reply: FastifyReply,
  ): Promise<Readable> {
    const leave = this.slots.take(user);
    reply.raw.once('close', leave);
    reply.raw.setTimeout(stallMs, () => reply.raw.destroy());
    const found = await this.blobs.read(file.blob, 'file', range).catch((error: Error) => {
      this.logger.error({ reason: error.message, file: file.id }, 'file not read');
      throw new NatterError('unavailable', {}, { cause: error });
    });
    if (found !== undefined) return found.bytes;
    this.logger.error({ file: file.id }, 'the bytes of a file are missing');
    throw new NatterError('unavailable');
  }
}

/** For HEAD: an empty body would be given a length of its own. */
const nothing = (): Readable => Readable.from([]);

/** `If-None-Match`: a list of tags, or any. */
const matches = (header: string | undefined, etag: string): boolean =>
  (header ?? '').split(',').some((tag) => ['*', etag, `W/${etag}`].includes(tag.trim()));

function refuseRange(size: number, request: FastifyRequest, reply: FastifyReply): void {
  const error = new NatterError('invalid', { detail: `the file has ${size} bytes` });
  const { status, headers, body } = problemAnswer(error, request.id, 416);
  reply
    .code(status)
    .headers({ ...headers, 'content-range': `bytes */${size}` })
    .send(body);
}
