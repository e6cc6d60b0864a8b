// Coming into rooms, being brought in, and leaving them.
import type { Page } from '@natter/contracts/common';
import { NatterError } from '@natter/contracts/errors';
import type { Notify, RoomDetails, User } from '@natter/contracts/events';
import type { Preferences } from '@natter/contracts/members';
import type { Member } from '@natter/contracts/rooms';
import { decodeCursor, pageOf } from '@natter/service-kit/paging';
import { z } from 'zod';
import type { RoomChange } from '../rooms/room-change.js';
import type { InviteRepository } from '../invites/invite.repository.js';
import type { NoticeOutbox } from '../notices/notice-outbox.js';
import type { RoomChanges } from '../rooms/room-changes.js';
import type { RoomService } from '../rooms/room.service.js';
import type { GrantCache } from '../users/grants.js';
import type { UserService } from '../users/user.service.js';
import { allowInviting, notInDm } from './allowed.js';
import type { BanRepository } from './ban.repository.js';
import type { MemberRepository } from './member.repository.js';
import { requirePlace } from './room-limit.js';

interface Added {
  member: Member;
  /** False when they were in the room already. */
  added: boolean;
}

const memberCursor = z.number().int().min(0);

export class MemberService {
  constructor(
    private readonly members: MemberRepository,
    private readonly bans: BanRepository,
    private readonly invites: InviteRepository,
    private readonly rooms: RoomService,
    private readonly changes: RoomChanges,
    private readonly users: UserService,
    private readonly grants: GrantCache,
    private readonly notices: NoticeOutbox,
  ) {}

  /**
   * Lets a user into a public room, or into a private one by an invite. Again: the same answer, no event, and no use of the invite.
   *
   * @throws NatterError `not_found` `banned` `quota`
   */
  async join(request: { actor: string; room: string; invite?: string | undefined }): Promise<{ room: RoomDetails }> {
    const user = await this.users.actor(request.actor);
    const room = await this.changes.change(request.room, async (change) => {
      const isMember = (await this.members.find(change.manager, change.room.id, user.id)) !== undefined;
      if (!isMember) await this.letIn(change, user, request.invite);
      return change.room.id;
    });
    return this.rooms.get({ actor: user.id, room });
  }

  /**
   * Takes a user out. Who is not in a public room has left it.
   *
   * @throws NatterError `not_found` for a private room of others; `owner_must_transfer`; `forbidden` for a direct conversation
   */
  async leave(request: { actor: string; room: string }): Promise<void> {
    const user = await this.users.actor(request.actor);
    await this.changes.change(request.room, async (change) => {
      const { manager, room } = change;
      const member = await this.members.find(manager, room.id, user.id);
      if (member === undefined && room.visibility === 'private') throw new NatterError('not_found');
      if (member === undefined) return;
      if (member.role === 'owner') throw new NatterError('owner_must_transfer');
      notInDm(change, 'cannot be left; it can be muted');
      await this.members.remove(manager, room.id, user.id);
      change.removeMember(user, 'left', user);
    });
  }

  /**
   * Takes somebody into a room. Who is in it already stays as they are, without an event.
   *
   * @throws NatterError `not_found` `not_member` `forbidden`; `banned`: they may not come in; `quota`: they are in too many rooms
   */
  async add({ actor, room: ref, user }: { actor: string; room: string; user: string }): Promise<Added> {
    const [by, target, holdsGrant] = await Promise.all([
      this.users.actor(actor),
      this.users.named('user', user),
      this.grants.holds(actor, 'invite_members'),
    ]);
    const added = await this.changes.change(ref, async (change): Promise<Added> => {
      const { manager, room } = change;
      await allowInviting(this.members, change, actor, holdsGrant);
      const user = target();
      const place = await this.members.find(manager, room.id, user.id);
      if (place !== undefined) return { member: { user, ...place }, added: false };
      if (await this.bans.has(manager, room.id, user.id))
        throw new NatterError('banned', { detail: 'this user is banned from the room; lift the ban first' });
      await requirePlace(this.members, manager, [user.id]);
      const seq = change.addMember(user, 'member', 'added', by);
      await this.members.insert(change);
      await this.notices.add(change, by);
      return { member: { user, role: 'member', joined_seq: seq, read: seq, delivered: seq }, added: true };
    });
    if (added.added) this.notices.soon();
    return added;
  }

  /** A page of members, in the order in which they came. @throws NatterError `not_found` `not_member` `invalid` */
  async list(request: {
    actor: string;
    room: string;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<Member>> {
    const after = decodeCursor(memberCursor, request.cursor) ?? 0;
    const rows = await this.members.list(request.room, request.actor, after, request.limit + 1);
    return pageOf(
      rows,
      request.limit,
      (member) => member,
      ({ joined_seq }) => joined_seq,
    );
  }

  /** Sets how the actor wants to be told of messages here. @throws NatterError `not_found` `not_member` */
  async prefer(request: {
    actor: string;
    room: string;
    notify: Notify;
    muted_until?: string | null | undefined;
  }): Promise<Preferences> {
    const { actor, room, notify } = request;
    const set = await this.members.setPreferences(room, actor, notify, request.muted_until ?? null);
    if (set !== undefined) return { notify: set.notify, muted_until: set.muted_until?.toISOString() ?? null };
    await this.rooms.get({ actor, room });
    throw new NatterError('not_member');
  }

  private async letIn(change: RoomChange, user: User, invite: string | undefined): Promise<void> {
    const { manager, room } = change;
    if (room.visibility === 'private') {
      const isInvited = invite !== undefined && (await this.invites.use(change, invite));
      if (!isInvited) throw new NatterError('not_found');
    }
    if (await this.bans.has(manager, room.id, user.id)) throw new NatterError('banned');
    await requirePlace(this.members, manager, [user.id]);
    change.addMember(user, 'member', 'joined', user);
    await this.members.insert(change);
  }
}
