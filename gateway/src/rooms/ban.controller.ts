// Who may not come into a room.
import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common';
import { RoomRef, UserId } from '@natter/contracts/ids';
import { liftBan, listBans } from '@natter/contracts/members';
import { listQuery } from '@natter/contracts/rooms';
import type { ReplyOf } from '@natter/contracts/rpc';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { z } from 'zod';
import { Caller, FromCaller } from '../http/caller.js';

const room = { schema: RoomRef };

@Controller('api/rooms/:room/bans')
export class BanController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  list(
    @Param('room', room) room: string,
    @Query({ schema: listQuery }) query: z.infer<typeof listQuery>,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof listBans>> {
    return this.rpc.call(listBans, { ...query, room, actor: caller.user }, caller);
  }

  @Delete(':user')
  @HttpCode(204)
  async lift(
    @Param('room', room) room: string,
    @Param('user', { schema: UserId }) user: string,
    @FromCaller() caller: Caller,
  ): Promise<void> {
    await this.rpc.call(liftBan, { room, user, actor: caller.user }, caller);
  }
}
