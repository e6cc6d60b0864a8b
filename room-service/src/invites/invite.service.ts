// Invites: making, listing and revoking them. Coming in by one is joining.
import { randomBytes, randomUUID } from 'node:crypto';
import type { Page } from '@natter/contracts/common';
import { NatterError } from '@natter/contracts/errors';
import type { createInvite, Invite, listInvites } from '@natter/contracts/invites';
import { limits } from '@natter/contracts/limits';
import type { RequestOf } from '@natter/contracts/rpc';
import { CursorTime, decodeCursor, pageOf } from '@natter/service-kit/paging';
import { z } from 'zod';
import { allowInviting, roleOf } from '../members/allowed.js';
import type { MemberRepository } from '../members/member.repository.js';
import type { RoomChanges } from '../rooms/room-changes.js';
import type { GrantCache } from '../users/grants.js';
import type { UserService } from '../users/user.service.js';
import type { InviteEntry, InviteRepository } from './invite.repository.js';

/** 128 bits: nobody guesses one. */
const codeBytes = 16;
const listCursor = z.object({ ts: CursorTime, id: z.uuid() });

export class InviteService {
  constructor(
    private readonly invites: InviteRepository,
    private readonly members: MemberRepository,
    private readonly changes: RoomChanges,
    private readonly users: UserService,
    private readonly grants: GrantCache,
  ) {}

  /**
   * Makes an invite. With an `id` it may be repeated: the invite that was made with it is the answer.
   *
   * @throws NatterError `not_found` `not_member` `forbidden`; `quota`: the room has too many; `idempotency_mismatch`
   */
  async create(request: RequestOf<typeof createInvite>): Promise<{ room: string; invite: Invite }> {
    const { actor, room: ref, id = randomUUID(), expires_in, uses } = request;
    const [by, holdsGrant] = await Promise.all([this.users.actor(actor), this.grants.holds(actor, 'invite_members')]);
    return this.changes.change(ref, async (change) => {
      const { manager, room } = change;
      await allowInviting(this.members, change, actor, holdsGrant);
      const standing = await this.invites.sweep(manager, room.id);
      const code = randomBytes(codeBytes).toString('base64url');
      const made = await this.invites.insert(change, { id, code, by_usr: by.id, uses, expiresInS: expires_in });
      const expiresInS = made && (made.expires_at.getTime() - made.created_at.getTime()) / 1_000;
      if (made?.by_usr !== by.id || made.room !== room.id || made.uses !== uses || expiresInS !== expires_in)
        throw new NatterError('idempotency_mismatch');
      if (made.code === code && standing >= limits.invitesPerRoom)
        throw new NatterError('quota', { detail: `a room has at most ${limits.invitesPerRoom} standing invites` });
      const invite = {
        ...made,
        by,
        created_at: made.created_at.toISOString(),
        expires_at: made.expires_at.toISOString(),
      };
      return { room: room.id, invite: toInvite(invite) };
    });
  }

  /** A page of standing invites, the oldest first: all for admins, a member's own. @throws NatterError `not_found` `not_member` `invalid` */
  async list(request: RequestOf<typeof listInvites>): Promise<Page<Invite> & { room: string }> {
    const after = decodeCursor(listCursor, request.cursor);
    const { room, items } = await this.invites.list(request.room, request.actor, after, request.limit + 1);
    const page = pageOf(items, request.limit, toInvite, ({ created_at, id }) => ({ ts: isoTime(created_at), id }));
    return { ...page, room };
  }

  /** Ends an invite: one's own, or as an admin anybody's. @throws NatterError `not_found` `not_member` */
  async revoke({ actor, room: ref, code }: { actor: string; room: string; code: string }): Promise<void> {
    await this.changes.change(ref, async (change) => {
      const role = await roleOf(this.members, change, actor);
      const maker = role === 'member' ? actor : null;
      if (!(await this.invites.remove(change.manager, change.room.id, code, maker))) throw new NatterError('not_found');
    });
  }
}

const isoTime = (time: string): string => new Date(time).toISOString();

const toInvite = ({ code, by, created_at, expires_at, uses, used }: InviteEntry): Invite => ({
  code,
  by,
  created_at: isoTime(created_at),
  expires_at: isoTime(expires_at),
  uses,
  used,
});
