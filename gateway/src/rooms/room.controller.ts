// Rooms: create, show, change, delete, and one's own coming and going.
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { RoomRef } from '@natter/contracts/ids';
import {
  createRoom,
  type CreateRoomBody,
  createRoomBody,
  deleteRoom,
  getRoom,
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
import { type Caller, FromCaller, IdempotencyKey } from '../http/caller.js';
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

  @Post()
  create(
    @Body({ schema: createRoomBody }) body: CreateRoomBody,
    @IdempotencyKey() key: string | undefined,
    @FromCaller() caller: Caller,
  ): RoomReply {
    const create = (): RoomReply => this.rpc.call(createRoom, { ...body, actor: caller.user }, caller);
    return key === undefined ? create() : this.repeats.once(`${caller.user} rooms ${key}`, body, create);
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
    @Body({ schema: noBody }) _: object,
    @FromCaller() caller: Caller,
  ): RoomReply {
    return this.rpc.call(joinRoom, { room, actor: caller.user }, caller);
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
