import { listLateMessages } from '@natter/contracts/notifications';
import { listUndelivered } from '@natter/contracts/push';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { LateService } from './late.service.js';

@Controller()
export class LateHandlers {
  constructor(private readonly late: LateService) {}

  @MessagePattern(listLateMessages.subject)
  list(
    @Payload({ schema: listLateMessages.request }) request: RequestOf<typeof listLateMessages>,
  ): Promise<ReplyOf<typeof listLateMessages>> {
    return this.late.list(request);
  }

  @MessagePattern(listUndelivered.subject)
  undelivered(
    @Payload({ schema: listUndelivered.request }) request: RequestOf<typeof listUndelivered>,
  ): Promise<ReplyOf<typeof listUndelivered>> {
    return this.late.undelivered(request);
  }
}
