import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { addPushSubscription, getPushKey, removePushSubscription, testPush } from '@natter/contracts/push';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { PushService } from './push.service.js';

@Controller()
export class PushHandlers {
  constructor(private readonly push: PushService) {}

  @MessagePattern(getPushKey.subject)
  key(): Promise<ReplyOf<typeof getPushKey>> {
    return this.push.key();
  }

  @MessagePattern(addPushSubscription.subject)
  async subscribe(@Payload({ schema: addPushSubscription.request }) request: RequestOf<typeof addPushSubscription>) {
    await this.push.subscribe(request);
    return {};
  }

  @MessagePattern(removePushSubscription.subject)
  async unsubscribe(
    @Payload({ schema: removePushSubscription.request }) request: RequestOf<typeof removePushSubscription>,
  ) {
    await this.push.unsubscribe(request);
    return {};
  }

  @MessagePattern(testPush.subject)
  test(@Payload({ schema: testPush.request }) request: RequestOf<typeof testPush>): Promise<ReplyOf<typeof testPush>> {
    return this.push.test(request);
  }
}
