// What some members may do about others: remove and ban them, let them in again, change their roles, hand the room over.
import type { Page } from '@natter/contracts/common';
import { NatterError } from '@natter/contracts/errors';
import type { Role } from '@natter/contracts/events';
import type { Ban } from '@natter/contracts/members';
import type { Member } from '@natter/contracts/rooms';
import { decodeCursor, pageOf } from '@natter/service-kit/paging';
import { z } from 'zod';
import type { NoticeOutbox } from '../notices/notice-outbox.js';
import type { RoomChange } from '../rooms/room-change.js';
import type { RoomChanges } from '../rooms/room-changes.js';
import { type GrantCache, lacking } from '../users/grants.js';
import type { UserService } from '../users/user.service.js';
import { allow, notInDm, roleOf } from './allowed.js';
import type { BanRepository } from './ban.repository.js';
import type { MemberRepository } from './member.repository.js';

/** Somebody does something about somebody. */
interface Deed {
  actor: string;
  room: string;
  user: string;
}

const banCursor = z.number().int().min(0);

export class ModerationService {
  constructor(
    private readonly members: MemberRepository,
    private readonly bans: BanRepository,
    private readonly changes: RoomChanges,
    private readonly users: UserService,
    private readonly grants: GrantCache,
    private readonly notices: NoticeOutbox,
  ) {}

  /**
   * Takes a member out of a room; with `ban` they may not come back, and somebody who is not there may be banned, too. The event
   * of the removal is the last that reaches them: the room is locked until it is committed, so nothing slips in between.
   *
   * @throws NatterError `not_found` `not_member` `forbidden`, also where the owner is to be removed
   */
  async remove({ actor, room: ref, user, ban }: Deed & { ban: boolean }): Promise<void> {
    const [by, target, holdsGrant] = await this.parties(actor, user);
    await this.changes.change(ref, async (change) => {
      const { manager, room } = change;
      await this.allowRemoving(change, actor, holdsGrant);
      const removed = target();
      const place = await this.members.find(manager, room.id, removed.id);
      allow(place?.role === 'owner' && 'nobody removes the owner of a room');
      if (place !== undefined) {
        await this.members.remove(manager, room.id, removed.id);
        change.removeMember(removed, ban ? 'banned' : 'kicked', by);
      } else {
        if (!ban) throw new NatterError('not_found');
        if (await this.bans.has(manager, room.id, removed.id)) return;
        change.noteMember(removed, null, 'banned', by);
      }
      if (ban) await this.bans.insert(change, removed.id, by.id);
    });
  }

  /** Lets somebody come back. @throws NatterError `not_found`, also where there is no ban; `not_member` `forbidden` */
  async liftBan({ actor, room: ref, user }: Deed): Promise<void> {
    const [by, target, holdsGrant] = await this.parties(actor, user);
    await this.changes.change(ref, async (change) => {
      await this.allowRemoving(change, actor, holdsGrant);
      const banned = target();
      if (!(await this.bans.remove(change.manager, change.room.id, banned.id))) throw new NatterError('not_found');
      change.noteMember(banned, null, 'unbanned', by);
    });
  }

  /** A page of bans, the oldest first, for admins. @throws NatterError `not_found` `not_member` `forbidden` `invalid` */
  async listBans(request: {
    actor: string;
    room: string;
    limit: number;
    cursor?: string | undefined;
  }): Promise<Page<Ban>> {
    const after = decodeCursor(banCursor, request.cursor) ?? 0;
    const { role, items } = await this.bans.list(request.room, request.actor, after, request.limit + 1);
    allow(role === 'member' && 'only admins and the owner of the room see its bans');
    return pageOf(
      items,
      request.limit,
      ({ user, by, banned_at }) => ({ user, by, ts: new Date(banned_at).toISOString() }),
      ({ seq }) => seq,
    );
  }

  /**
   * Gives a member a role. `owner` hands the room over: who owned it is an admin from then on.
   *
   * @throws NatterError `not_found` `not_member` `forbidden` but for the owner; `owner_must_transfer` when they give up ownership alone
   */
  async setRole({ actor, room: ref, user, role }: Deed & { role: Role }): Promise<{ member: Member }> {
    const [by, target] = await Promise.all([this.users.actor(actor), this.users.named(undefined, user)]);
    const changed = await this.changes.change(ref, async (change) => {
      const { manager, room } = change;
      const own = await roleOf(this.members, change, actor);
      notInDm(change, 'has no roles');
      allow(own !== 'owner' && 'only the owner of the room changes roles');
      const member = target();
      const place = await this.members.find(manager, room.id, member.id);
      if (place === undefined) throw new NatterError('not_found');
      if (place.role !== role) {
        if (place.role === 'owner') throw new NatterError('owner_must_transfer');
        // The old one first: no two members of a room are its owner, not even between two statements.
        if (role === 'owner') await this.members.setRole(manager, room.id, by.id, 'admin');
        await this.members.setRole(manager, room.id, member.id, role);
        if (role === 'owner') change.handOver(member, by);
        else change.noteMember(member, role, 'role', by);
        await this.notices.add(change, by);
      }
      return { member: { user: member, ...place, role } };
    });
    this.notices.soon();
    return changed;
  }

  private parties(actor: string, user: string) {
    return Promise.all([
      this.users.actor(actor),
      this.users.named(undefined, user),
      this.grants.holds(actor, 'remove_members'),
    ]);
  }

  private async allowRemoving(change: RoomChange, actor: string, holdsGrant: boolean): Promise<void> {
    const role = await roleOf(this.members, change, actor);
    notInDm(change, 'is between two');
    allow(
      !holdsGrant && lacking('remove_members'),
      role === 'member' && 'only admins and the owner of the room remove members',
    );
  }
}
