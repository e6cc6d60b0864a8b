// Who is in a room, who of them is there now, and what members do with one another.
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { Page } from '@natter/contracts/common';
import type { PresenceStatus } from '@natter/contracts/events';
import { RoomRef, UserId } from '@natter/contracts/ids';
import {
  addMember,
  addMemberBody,
  removeMember,
  removeMemberQuery,
  setRole,
  setRoleBody,
} from '@natter/contracts/members';
import { listMembers, listQuery, type Member } from '@natter/contracts/rooms';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Caller, FromCaller, IdempotencyKey } from '../http/caller.js';
import { RepeatedAnswers } from '../http/repeated-answers.js';
import { Presences } from '../users/presence.js';

interface ShownMember extends Member {
  status: PresenceStatus;
}

const room = { schema: RoomRef };
const user = { schema: UserId };

@Controller('api/rooms/:room/members')
export class MemberController {
  constructor(
    private readonly rpc: RpcClient,
    private readonly presences: Presences,
    private readonly repeats: RepeatedAnswers,
  ) {}

  @Get()
  async list(
    @Param('room', room) room: string,
    @Query({ schema: listQuery }) query: z.infer<typeof listQuery>,
    @FromCaller() caller: Caller,
  ): Promise<Page<ShownMember>> {
    const { items, next } = await this.rpc.call(listMembers, { ...query, room, actor: caller.user }, caller);
    return { items: await this.shown(items, caller), next };
  }

  /** 201 when they came in by this, 200 when they were in. */
  @Post()
  async add(
    @Param('room', room) room: string,
    @Body({ schema: addMemberBody }) body: z.infer<typeof addMemberBody>,
    @IdempotencyKey() key: string | undefined,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ member: ShownMember }> {
    const { user: actor } = caller;
    const add = () => this.rpc.call(addMember, { ...body, room, actor }, caller);
    const { member, added } = await (key === undefined
      ? add()
      : this.repeats.again(`${actor} ${key}`, ['members', room, body], add));
    reply.code(added ? 201 : 200);
    return this.one(member, caller);
  }

  @Delete(':user')
  @HttpCode(204)
  async remove(
    @Param('room', room) room: string,
    @Param('user', user) user: string,
    @Query({ schema: removeMemberQuery }) { ban }: z.infer<typeof removeMemberQuery>,
    @FromCaller() caller: Caller,
  ): Promise<void> {
    await this.rpc.call(removeMember, { room, user, ban: ban === 'true', actor: caller.user }, caller);
  }

  @Patch(':user')
  async setRole(
    @Param('room', room) room: string,
    @Param('user', user) user: string,
    @Body({ schema: setRoleBody }) { role }: z.infer<typeof setRoleBody>,
    @FromCaller() caller: Caller,
  ): Promise<{ member: ShownMember }> {
    const { member } = await this.rpc.call(setRole, { room, user, role, actor: caller.user }, caller);
    return this.one(member, caller);
  }

  private async one(member: Member, caller: Caller): Promise<{ member: ShownMember }> {
    const [shown] = await this.shown([member], caller);
    return { member: shown! };
  }

  /** Nobody is there when the session-service is away. */
  private async shown(members: Member[], caller: Caller): Promise<ShownMember[]> {
    const users = members.map(({ user }) => user.id);
    const found = await this.presences.of(users, caller);
    return members.map((member, i) => ({ ...member, status: found[i]?.status ?? 'offline' }));
  }
}
