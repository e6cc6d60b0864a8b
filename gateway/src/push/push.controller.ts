// Devices that want to be told by push.
import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import {
  addPushSubscription,
  endpointBody,
  getPushKey,
  type PushSubscriptionBody,
  pushSubscriptionBody,
  removePushSubscription,
  testPush,
  testPushBody,
} from '@natter/contracts/push';
import type { ReplyOf } from '@natter/contracts/rpc';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { z } from 'zod';
import { Caller, FromCaller } from '../http/caller.js';

@Controller('api/push')
export class PushController {
  constructor(private readonly rpc: RpcClient) {}

  @Get('key')
  key(@FromCaller() caller: Caller): Promise<ReplyOf<typeof getPushKey>> {
    return this.rpc.call(getPushKey, {}, caller);
  }

  /** What is created has no address of its own: its endpoint is its name. */
  @Post('subscriptions')
  async subscribe(
    @Body({ schema: pushSubscriptionBody }) body: PushSubscriptionBody,
    @FromCaller() caller: Caller,
  ): Promise<{ endpoint: string }> {
    await this.rpc.call(addPushSubscription, { ...body, actor: caller.user, session: caller.session }, caller);
    return { endpoint: body.endpoint };
  }

  @Delete('subscriptions')
  @HttpCode(204)
  async unsubscribe(
    @Body({ schema: endpointBody }) { endpoint }: z.infer<typeof endpointBody>,
    @FromCaller() caller: Caller,
  ): Promise<void> {
    await this.rpc.call(removePushSubscription, { endpoint, actor: caller.user }, caller);
  }

  @Post('test')
  @HttpCode(200)
  test(
    @Body({ schema: testPushBody }) body: z.infer<typeof testPushBody>,
    @FromCaller() caller: Caller,
  ): Promise<ReplyOf<typeof testPush>> {
    return this.rpc.call(testPush, { ...body, actor: caller.user }, caller);
  }
}
