// Finding rooms (public ones and one's own), people and messages.
import { Controller, Get, Query } from '@nestjs/common';
import { searchMessages, searchMessagesQuery } from '@natter/contracts/messages';
import { searchQuery, searchRooms, searchUsers } from '@natter/contracts/rooms';
import type { ReplyOf } from '@natter/contracts/rpc';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { z } from 'zod';
import { Caller, FromCaller } from '../http/caller.js';

@Controller('api/search')
export class SearchController {
  constructor(private readonly rpc: RpcClient) {}

  @Get('rooms')
  rooms(
    @Query({ schema: searchQuery }) query: z.infer<typeof searchQuery>,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof searchRooms>> {
    return this.rpc.call(searchRooms, { ...query, actor: caller.user }, caller);
  }

  @Get('users')
  users(
    @Query({ schema: searchQuery }) query: z.infer<typeof searchQuery>,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof searchUsers>> {
    return this.rpc.call(searchUsers, { ...query, actor: caller.user }, caller);
  }

  @Get('messages')
  messages(
    @Query({ schema: searchMessagesQuery }) query: z.infer<typeof searchMessagesQuery>,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof searchMessages>> {
    return this.rpc.call(searchMessages, { ...query, actor: caller.user }, caller);
  }
}
