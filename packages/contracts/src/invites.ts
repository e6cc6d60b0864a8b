// Invites: a code that lets whoever has it into a room.
import { z } from 'zod';
import { type Page, pageQuery } from './common.js';
import { RoomId, RoomRef, UserId } from './ids.js';
import { limits } from './limits.js';
import { rpc } from './rpc.js';
import { Time, User } from './views.js';

/** 128 random bits as base64url. */
export const InviteCode = z.string().regex(/^[A-Za-z0-9_-]{22}$/, 'a code of an invite');

export const createInviteBody = z.object({
  /** Seconds. */
  expires_in: z.number().int().min(1).max(limits.inviteSecondsMax).default(limits.inviteSeconds),
  /** How many may come in by it; null: as many as like. */
  uses: z.number().int().min(1).max(limits.inviteUsesMax).nullable().default(null),
});

export const Invite = z.object({
  code: z.string(),
  by: User,
  created_at: Time,
  expires_at: Time,
  uses: z.int().nullable().describe('how many may come in by it; null: as many as like'),
  used: z.int().min(0),
});
export type Invite = z.infer<typeof Invite>;

const room = { actor: UserId, room: RoomRef };

/** Allowed as adding. `id`: made of an `Idempotency-Key`; the invite that was made with it is the answer. Good while its maker is a member. */
export const createInvite = rpc<{ room: string; invite: Invite }>()(
  'natter.rpc.invite.create',
  createInviteBody.extend({ ...room, id: RoomId.optional() }),
  ['not_found', 'not_member', 'forbidden', 'quota', 'idempotency_mismatch'],
);
/** Standing ones: admins see all, a member their own. */
export const listInvites = rpc<Page<Invite> & { room: string }>()(
  'natter.rpc.invite.list',
  z.object({ ...room, ...pageQuery }),
  ['not_found', 'not_member'],
);
/** By its maker, or an admin. */
export const revokeInvite = rpc<Record<string, never>>()(
  'natter.rpc.invite.revoke',
  z.object({ ...room, code: InviteCode }),
  ['not_found', 'not_member'],
);
