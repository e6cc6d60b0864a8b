// Files: sending one, and having it.
import { randomUUID } from 'node:crypto';
import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { fileQuery, type StoredFile } from '@natter/contracts/files';
import { FileId, RoomRef } from '@natter/contracts/ids';
import { limits } from '@natter/contracts/limits';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { startAnswer } from '../http/auth.guard.js';
import { Caller, FromCaller, IdempotencyKey } from '../http/caller.js';
import { keyedId } from '../http/keyed-id.js';
import { Downloads } from './downloads.js';
import { openForm } from './one-file.js';
import { Slots } from './slots.js';
import { Uploads } from './uploads.js';

/** Uploads of all users together. */
const allUploads = 256;

@Controller('api')
export class FileController {
  private readonly slots = new Slots(limits.uploadsPerUser, allUploads);

  constructor(
    private readonly uploads: Uploads,
    private readonly downloads: Downloads,
  ) {}

  /** With an `Idempotency-Key` the file's id is made of it, so that a repeat finds the file that is there, at every gateway. */
  @Post('rooms/:room/files')
  async upload(
    @Param('room', { schema: RoomRef }) room: string,
    @IdempotencyKey() key: string | undefined,
    @FromCaller() caller: Caller,
    @Req() request: FastifyRequest,
  ): Promise<StoredFile> {
    const parts = openForm(request);
    const { user: actor } = caller;
    const id = key === undefined ? randomUUID() : keyedId('file', actor, key);
    const leave = this.slots.take(actor);
    try {
      return await this.uploads.store({
        target: { actor, room, id },
        parts,
        bodyBytes: Number(request.headers['content-length'] ?? 0),
        before: caller,
        after: () => {
          startAnswer(request);
          return new Caller(request);
        },
      });
    } finally {
      leave();
    }
  }

  @Get('files/:file')
  download(
    @Param('file', { schema: FileId }) id: string,
    @Query({ schema: fileQuery }) { thumb }: z.infer<typeof fileQuery>,
    @FromCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    return this.downloads.send({ id, part: thumb === undefined ? 'file' : 'thumb', caller, request, reply });
  }
}
