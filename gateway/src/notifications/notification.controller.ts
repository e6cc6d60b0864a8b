// What is pending for the absent, and what they have seen of it.
import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ackNotifications, ackNotificationsBody, listNotifications } from '@natter/contracts/notifications';
import { listQuery } from '@natter/contracts/rooms';
import type { ReplyOf } from '@natter/contracts/rpc';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { z } from 'zod';
import { Caller, FromCaller } from '../http/caller.js';

@Controller('api/notifications')
export class NotificationController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  list(
    @Query({ schema: listQuery }) query: z.infer<typeof listQuery>,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof listNotifications>> {
    return this.rpc.call(listNotifications, { ...query, actor: caller.user }, caller);
  }

  @Post('ack')
  @HttpCode(204)
  async ack(
    @Body({ schema: ackNotificationsBody }) body: z.infer<typeof ackNotificationsBody>,
    @FromCaller() caller: Caller,
  ): Promise<void> {
    await this.rpc.call(ackNotifications, { ...body, actor: caller.user }, caller);
  }
}
