// Who is in a room, and who of them is there now.
import { Controller, Get, Param, Query } from '@nestjs/common';
import type { Page } from '@natter/contracts/common';
import { RoomRef } from '@natter/contracts/ids';
import { listMembers, listQuery, type Member } from '@natter/contracts/rooms';
import { getPresence, type PresenceStatus } from '@natter/contracts/sessions';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { z } from 'zod';
import { Caller, FromCaller } from '../http/caller.js';

interface ShownMember extends Member {
  status: PresenceStatus;
}

/** The list does not wait longer for presence. */
const presenceMs = 1_000;

@Controller('api/rooms/:room/members')
export class MemberController {
  constructor(private readonly rpc: RpcClient) {}

  @Get()
  async list(
    @Param('room', { schema: RoomRef }) room: string,
    @Query({ schema: listQuery }) query: z.infer<typeof listQuery>,
    @FromCaller() caller: Caller,
  ): Promise<Page<ShownMember>> {
    const { items, next } = await this.rpc.call(listMembers, { ...query, room, actor: caller.user }, caller);
    const statuses = await this.statusesOf(
      items.map(({ user }) => user.id),
      caller,
    );
    return { items: items.map((item) => ({ ...item, status: statuses.get(item.user.id) ?? 'offline' })), next };
  }

  /** Nobody is there when the session-service is away. */
  private async statusesOf(users: string[], caller: Caller): Promise<Map<string, PresenceStatus>> {
    const presence = await this.rpc.call(getPresence, { users }, caller.within(presenceMs)).catch(() => undefined);
    return new Map(presence?.items.map(({ user, status }) => [user, status]));
  }
}
