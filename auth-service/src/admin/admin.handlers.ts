import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { createReset, listUsers, patchUser } from '@natter/contracts/admin';
import type { RequestOf } from '@natter/contracts/rpc';
import { ResetService } from '../resets/reset.service.js';
import { AdminService } from './admin.service.js';

@Controller()
export class AdminHandlers {
  constructor(
    private readonly admin: AdminService,
    private readonly resets: ResetService,
  ) {}

  @MessagePattern(listUsers.subject)
  users(@Payload({ schema: listUsers.request }) request: RequestOf<typeof listUsers>) {
    return this.admin.list(request);
  }

  @MessagePattern(patchUser.subject)
  patch(@Payload({ schema: patchUser.request }) request: RequestOf<typeof patchUser>) {
    return this.admin.patch(request);
  }

  @MessagePattern(createReset.subject)
  reset(@Payload({ schema: createReset.request }) request: RequestOf<typeof createReset>) {
    return this.resets.create(request);
  }
}
