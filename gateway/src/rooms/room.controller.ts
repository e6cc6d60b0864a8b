// Rooms: create, show, change, delete; one's own coming and going, and how one wants to be told.
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { RoomRef } from '@natter/contracts/ids';
import { preferencesBody, setPreferences } from '@natter/contracts/members';
import {
  createRoom,
  type CreateRoomBody,
  createRoomBody,
  deleteRoom,
  getRoom,
  joinBody,
  joinRoom,
  leaveRoom,
  listMyRooms,
  listQuery,
  patchRoom,
  type PatchRoomBody,
  patchRoomBody,
} from '@natter/contracts/rooms';
import type { ReplyOf } from '@natter/contracts/rpc';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { z } from 'zod';
import { Caller, FromCaller, IdempotencyKey } from '../http/caller.js';
import { keyedId } from '../http/keyed-id.js';
import { noBody } from '../http/no-body.js';
import { RepeatedAnswers } from '../http/repeated-answers.js';

type RoomReply = Promise<ReplyOf<typeof getRoom>>;

const room = { schema: RoomRef };

@Controller('api/rooms')
export class RoomController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly repeats: RepeatedAnswers,
  ) {}

  /**
   * With an `Idempotency-Key` the room's id is made of it, so that a repeat finds the room that is there, after a restart too.
   * The answer of the first call is remembered besides, so that another request is noticed whatever became of the room since.
   */
  @Post()
  create(
    @Body({ schema: createRoomBody }) body: CreateRoomBody,
    @IdempotencyKey() key: string | undefined,
    @FromCaller() caller: Caller,
  ): RoomReply {
    const { user: actor } = caller;
    if (key === undefined) return this.rpc.call(createRoom, { ...body, actor }, caller);
    return this.repeats.once(`${actor} ${key}`, ['rooms', body], async () => {
      const made = await this.rpc.call(createRoom, { ...body, actor, id: keyedId('room', actor, key) }, caller);
      if (made.room.name !== body.name) throw new NatterError('idempotency_mismatch');
      return made;
    });
  }

  @Get()
  mine(
    @Query({ schema: listQuery }) query: z.infer<typeof listQuery>,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof listMyRooms>> {
    return this.rpc.call(listMyRooms, { ...query, actor: caller.user }, caller);
  }

  @Get(':room')
  get(@Param('room', room) room: string, @FromCaller() caller: Caller): RoomReply {
    return this.rpc.call(getRoom, { room, actor: caller.user }, caller);
  }

  @Patch(':room')
  patch(
    @Param('room', room) room: string,
    @Body({ schema: patchRoomBody }) body: PatchRoomBody,
    @FromCaller() caller: Caller,
  ): RoomReply {
    return this.rpc.call(patchRoom, { ...body, room, actor: caller.user }, caller);
  }

  @Delete(':room')
  @HttpCode(204)
  async delete(@Param('room', room) room: string, @FromCaller() caller: Caller): Promise<void> {
    await this.rpc.call(deleteRoom, { room, actor: caller.user }, caller);
  }

  @Post(':room/join')
  @HttpCode(200)
  join(
    @Param('room', room) room: string,
    @Body({ schema: joinBody }) body: z.infer<typeof joinBody>,
    @FromCaller() caller: Caller,
  ): RoomReply {
    return this.rpc.call(joinRoom, { ...body, room, actor: caller.user }, caller);
  }

  @Put(':room/preferences')
  prefer(
    @Param('room', room) room: string,
    @Body({ schema: preferencesBody }) body: z.infer<typeof preferencesBody>,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof setPreferences>> {
    return this.rpc.call(setPreferences, { ...body, room, actor: caller.user }, caller);
  }

  @Post(':room/leave')
  @HttpCode(204)
  async leave(
    @Param('room', room) room: string,
    @Body({ schema: noBody }) _: object,
    @FromCaller() caller: Caller,
  ): Promise<void> {
    await this.rpc.call(leaveRoom, { room, actor: caller.user }, caller);
  }
}
