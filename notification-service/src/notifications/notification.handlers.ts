import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { ackNotifications, addNotice, listNotifications, listPending } from '@natter/contracts/notifications';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { NotificationService } from './notification.service.js';

@Controller()
export class NotificationHandlers {
  constructor(private readonly notifications: NotificationService) {}

  @MessagePattern(listNotifications.subject)
  list(
    @Payload({ schema: listNotifications.request }) request: RequestOf<typeof listNotifications>,
  ): Promise<ReplyOf<typeof listNotifications>> {
    return this.notifications.list(request);
  }

  @MessagePattern(listPending.subject)
  pending(
    @Payload({ schema: listPending.request }) request: RequestOf<typeof listPending>,
  ): Promise<ReplyOf<typeof listPending>> {
    return this.notifications.pending(request);
  }

  @MessagePattern(ackNotifications.subject)
  async acknowledge(
    @Payload({ schema: ackNotifications.request }) request: RequestOf<typeof ackNotifications>,
  ): Promise<ReplyOf<typeof ackNotifications>> {
    await this.notifications.acknowledge(request);
    return {};
  }

  @MessagePattern(addNotice.subject)
  async add(
    @Payload({ schema: addNotice.request }) request: RequestOf<typeof addNotice>,
  ): Promise<ReplyOf<typeof addNotice>> {
    await this.notifications.add(request);
    return {};
  }
}
