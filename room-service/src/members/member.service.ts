// Coming into rooms and leaving them.
import type { Page } from '@natter/contracts/common';
import { NatterError } from '@natter/contracts/errors';
import type { RoomDetails, User } from '@natter/contracts/events';
import type { Member } from '@natter/contracts/rooms';
import { decodeCursor, pageOf } from '@natter/service-kit/paging';
import { z } from 'zod';
import type { RoomChange } from '../rooms/room-change.js';
import type { RoomChanges } from '../rooms/room-changes.js';
import type { RoomService } from '../rooms/room.service.js';
import type { UserService } from '../users/user.service.js';
import { type MemberRepository, toMember } from './member.repository.js';
import { requirePlace } from './room-limit.js';

const memberCursor = z.number().int().min(0);

export class MemberService {
  constructor(
    private readonly members: MemberRepository,
    private readonly rooms: RoomService,
    private readonly changes: RoomChanges,
    private readonly users: UserService,
  ) {}

  /** Lets a user into a public room. Again: the same answer, and no event. @throws NatterError `not_found` `banned` `quota` */
  async join(request: { actor: string; room: string }): Promise<{ room: RoomDetails }> {
    const user = await this.users.actor(request.actor);
    const room = await this.changes.change(request.room, async (change) => {
      const isMember = (await this.members.find(change.manager, change.room.id, user.id)) !== undefined;
      if (!isMember) await this.letIn(change, user);
      return change.room.id;
    });
    return this.rooms.get({ actor: user.id, room });
  }

  /**
   * Takes a user out. Who is not in a public room has left it.
   *
   * @throws NatterError `not_found` for a private room of others; `owner_must_transfer`
   */
  async leave(request: { actor: string; room: string }): Promise<void> {
    const user = await this.users.actor(request.actor);
    await this.changes.change(request.room, async (change) => {
      const { manager, room } = change;
      const member = await this.members.find(manager, room.id, user.id);
      if (member === undefined && room.visibility === 'private') throw new NatterError('not_found');
      if (member === undefined) return;
      if (member.role === 'owner') throw new NatterError('owner_must_transfer');
      await this.members.remove(manager, room.id, user.id);
      change.removeMember(user, 'left', user);
    });
  }

  /** A page of members, in the order in which they came. @throws NatterError `not_found` `not_member` `invalid` */
  async list(request: {
    actor: string;
    room: string;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<Member>> {
    const after = decodeCursor(memberCursor, request.cursor) ?? 0;
    const list = await this.members.list(request.room, request.actor, after, request.limit + 1);
    if (list === undefined) throw new NatterError('not_found');
    if (!list.asker) throw new NatterError(list.visibility === 'public' ? 'not_member' : 'not_found');
    return pageOf(list.rows, request.limit, toMember, ({ joined_seq }) => joined_seq);
  }

  private async letIn(change: RoomChange, user: User): Promise<void> {
    const { manager, room } = change;
    if (room.visibility === 'private') throw new NatterError('not_found');
    if (await this.members.isBanned(manager, room.id, user.id)) throw new NatterError('banned');
    await requirePlace(this.members, manager, [user.id]);
    change.addMember(user, 'member', 'joined', user);
    await this.members.insert(change);
  }
}
