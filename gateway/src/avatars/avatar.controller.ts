// Avatars: giving oneself one, and having somebody's.
import { Controller, Get, Param, Put, Req, Res } from '@nestjs/common';
import type { Account } from '@natter/contracts/auth';
import { AvatarVersion, getAvatar } from '@natter/contracts/avatars';
import { UserId } from '@natter/contracts/ids';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fileHeaders } from '../files/file-headers.js';
import { openForm } from '../files/one-file.js';
import { Slots } from '../files/slots.js';
import { startAnswer } from '../http/auth.guard.js';
import { Caller, FromCaller } from '../http/caller.js';
import { Avatars } from './avatars.js';

/** Pictures on their way in, of one user and of all: each is held whole in memory. */
const [perUser, ofAll] = [1, 16];

@Controller('api')
export class AvatarController {
  private readonly slots = new Slots(perUser, ofAll);

  constructor(
    private readonly rpc: RpcClient,
    private readonly avatars: Avatars,
  ) {}

  @Put('auth/me/avatar')
  async set(@FromCaller() caller: Caller, @Req() request: FastifyRequest): Promise<{ user: Account }> {
    const parts = openForm(request);
    const leave = this.slots.take(caller.user);
    try {
      return await this.avatars.set(parts, Number(request.headers['content-length'] ?? 0), () => {
        startAnswer(request);
        return new Caller(request);
      });
    } finally {
      leave();
    }
  }

  /** Asked for once by a browser: what is behind this path never changes. */
  @Get('avatars/:user/:version')
  async get(
    @Param('user', { schema: UserId }) user: string,
    @Param('version', { schema: AvatarVersion }) version: string,
    @FromCaller() caller: Caller,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { picture } = await this.rpc.call(getAvatar, { user, version }, caller);
    reply
      .headers({ ...fileHeaders('avatar.webp', 'image/webp'), 'cache-control': 'private, max-age=31536000, immutable' })
      .send(Buffer.from(picture, 'base64'));
  }
}
