import { addMember, liftBan, listBans, removeMember, setRole } from '@natter/contracts/members';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { MemberService } from './member.service.js';
import { ModerationService } from './moderation.service.js';

@Controller()
export class ModerationHandlers {
  constructor(
    private readonly members: MemberService,
    private readonly moderation: ModerationService,
  ) {}

  @MessagePattern(addMember.subject)
  add(
    @Payload({ schema: addMember.request }) request: RequestOf<typeof addMember>,
  ): Promise<ReplyOf<typeof addMember>> {
    return this.members.add(request);
  }

  @MessagePattern(removeMember.subject)
  async remove(
    @Payload({ schema: removeMember.request }) request: RequestOf<typeof removeMember>,
  ): Promise<ReplyOf<typeof removeMember>> {
    await this.moderation.remove(request);
    return {};
  }

  @MessagePattern(setRole.subject)
  setRole(@Payload({ schema: setRole.request }) request: RequestOf<typeof setRole>): Promise<ReplyOf<typeof setRole>> {
    return this.moderation.setRole(request);
  }

  @MessagePattern(listBans.subject)
  bans(@Payload({ schema: listBans.request }) request: RequestOf<typeof listBans>): Promise<ReplyOf<typeof listBans>> {
    return this.moderation.listBans(request);
  }

  @MessagePattern(liftBan.subject)
  async lift(
    @Payload({ schema: liftBan.request }) request: RequestOf<typeof liftBan>,
  ): Promise<ReplyOf<typeof liftBan>> {
    await this.moderation.liftBan(request);
    return {};
  }
}
