import { createInvite, listInvites, revokeInvite } from '@natter/contracts/invites';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { InviteService } from './invite.service.js';

@Controller()
export class InviteHandlers {
  constructor(private readonly invites: InviteService) {}

  @MessagePattern(createInvite.subject)
  create(
    @Payload({ schema: createInvite.request }) request: RequestOf<typeof createInvite>,
  ): Promise<ReplyOf<typeof createInvite>> {
    return this.invites.create(request);
  }

  @MessagePattern(listInvites.subject)
  list(
    @Payload({ schema: listInvites.request }) request: RequestOf<typeof listInvites>,
  ): Promise<ReplyOf<typeof listInvites>> {
    return this.invites.list(request);
  }

  @MessagePattern(revokeInvite.subject)
  async revoke(
    @Payload({ schema: revokeInvite.request }) request: RequestOf<typeof revokeInvite>,
  ): Promise<ReplyOf<typeof revokeInvite>> {
    await this.invites.revoke(request);
    return {};
  }
}
