import { setPreferences } from '@natter/contracts/members';
import { advanceCursors } from '@natter/contracts/messages';
import { joinRoom, leaveRoom, listMembers, listMemberships, listPresenceRooms } from '@natter/contracts/rooms';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { Controller } from '@nestjs/common';
import { MessagePattern, Payload } from '@nestjs/microservices';
import { CursorService } from './cursor.service.js';
import { MemberService } from './member.service.js';
import { MembershipService } from './membership.service.js';
import { PresenceRooms } from './presence-rooms.js';

@Controller()
export class MemberHandlers {
  constructor(
    private readonly members: MemberService,
    private readonly memberships: MembershipService,
    private readonly presenceRooms: PresenceRooms,
    private readonly cursors: CursorService,
  ) {}

  @MessagePattern(joinRoom.subject)
  join(@Payload({ schema: joinRoom.request }) request: RequestOf<typeof joinRoom>): Promise<ReplyOf<typeof joinRoom>> {
    return this.members.join(request);
  }

  @MessagePattern(leaveRoom.subject)
  async leave(
    @Payload({ schema: leaveRoom.request }) request: RequestOf<typeof leaveRoom>,
  ): Promise<ReplyOf<typeof leaveRoom>> {
    await this.members.leave(request);
    return {};
  }

  @MessagePattern(listMembers.subject)
  list(
    @Payload({ schema: listMembers.request }) request: RequestOf<typeof listMembers>,
  ): Promise<ReplyOf<typeof listMembers>> {
    return this.members.list(request);
  }

  @MessagePattern(setPreferences.subject)
  prefer(
    @Payload({ schema: setPreferences.request }) request: RequestOf<typeof setPreferences>,
  ): Promise<ReplyOf<typeof setPreferences>> {
    return this.members.prefer(request);
  }

  @MessagePattern(listMemberships.subject)
  async listRooms(
    @Payload({ schema: listMemberships.request }) request: RequestOf<typeof listMemberships>,
  ): Promise<ReplyOf<typeof listMemberships>> {
    return { users: await this.memberships.of(request.users) };
  }

  @MessagePattern(listPresenceRooms.subject)
  async listPresenceRooms(
    @Payload({ schema: listPresenceRooms.request }) request: RequestOf<typeof listPresenceRooms>,
  ): Promise<ReplyOf<typeof listPresenceRooms>> {
    return { users: await this.presenceRooms.of(request.users) };
  }

  @MessagePattern(advanceCursors.subject)
  async advance(
    @Payload({ schema: advanceCursors.request }) request: RequestOf<typeof advanceCursors>,
  ): Promise<ReplyOf<typeof advanceCursors>> {
    await this.cursors.advance(request.items);
    return {};
  }
}
