// Invites: links that let whoever has one into a room.
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import type { Page } from '@natter/contracts/common';
import { RoomRef } from '@natter/contracts/ids';
import {
  createInvite,
  createInviteBody,
  type Invite,
  InviteCode,
  listInvites,
  revokeInvite,
} from '@natter/contracts/invites';
import { listQuery } from '@natter/contracts/rooms';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { Caller, FromCaller, IdempotencyKey } from '../http/caller.js';
import { keyedId } from '../http/keyed-id.js';
import { Origins } from '../http/origins.js';
import { RepeatedAnswers } from '../http/repeated-answers.js';

interface ShownInvite extends Invite {
  /** For people: the page that takes the invite. */
  url: string;
}

const room = { schema: RoomRef };

@Controller('api/rooms/:room/invites')
export class InviteController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly repeats: RepeatedAnswers,
    private readonly origins: Origins,
  ) {}

  /** With an `Idempotency-Key` the invite's id is made of it, so that a repeat gets the code that is there, after a restart too. */
  @Post()
  async create(
    @Param('room', room) room: string,
    @Body({ schema: createInviteBody }) body: z.infer<typeof createInviteBody>,
    @IdempotencyKey() key: string | undefined,
    @FromCaller() caller: Caller,
    @Req() request: FastifyRequest,
  ): Promise<ShownInvite> {
    const { user: actor } = caller;
    const make = (id?: string) => this.rpc.call(createInvite, { ...body, room, actor, ...(id && { id }) }, caller);
    const made = await (key === undefined
      ? make()
      : this.repeats.once(`${actor} ${key}`, ['invites', room, body], () => make(keyedId('invite', actor, key))));
    return this.shown(made.invite, made.room, request);
  }

  @Get()
  async list(
    @Param('room', room) room: string,
    @Query({ schema: listQuery }) query: z.infer<typeof listQuery>,
    @FromCaller() caller: Caller,
    @Req() request: FastifyRequest,
  ): Promise<Page<ShownInvite>> {
    const page = await this.rpc.call(listInvites, { ...query, room, actor: caller.user }, caller);
    return { items: page.items.map((invite) => this.shown(invite, page.room, request)), next: page.next };
  }

  @Delete(':code')
  @HttpCode(204)
  async revoke(
    @Param('room', room) room: string,
    @Param('code', { schema: InviteCode }) code: string,
    @FromCaller() caller: Caller,
  ): Promise<void> {
    await this.rpc.call(revokeInvite, { room, code, actor: caller.user }, caller);
  }

  /** The link names the room by its id, which it keeps when it is renamed. */
  private shown(invite: Invite, roomId: string, request: FastifyRequest): ShownInvite {
    return { ...invite, url: `${this.origins.linkBase(request)}/chat/${roomId}?invite=${invite.code}` };
  }
}
