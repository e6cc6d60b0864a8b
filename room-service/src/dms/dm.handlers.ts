import { openDm } from '@natter/contracts/rooms';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { DmService } from './dm.service.js';

@Controller()
export class DmHandlers {
  constructor(private readonly dms: DmService) {}

  @MessagePattern(openDm.subject)
  open(@Payload({ schema: openDm.request }) request: RequestOf<typeof openDm>): Promise<ReplyOf<typeof openDm>> {
    return this.dms.open(request);
  }
}
