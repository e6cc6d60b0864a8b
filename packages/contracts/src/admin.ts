// Administration: who has an account and what they may do, and the trail of what happened. Asked by administrators only; whether
// somebody is one is looked up with each call, so that it is never out of date.
import { z } from 'zod';
import { Account } from './auth.js';
import { Origin, type Page, pageQuery } from './common.js';
import { permissions } from './events.js';
import { CleanText, RoomId, Seq, SessionId, UserId } from './ids.js';
import { limits } from './limits.js';
import { rpc } from './rpc.js';
import { LiveConnection } from './sessions.js';
import { Time, User, UserRef } from './views.js';

/** `q`: a part of the username, the display name or the email. Matching is literal. */
export const userListQuery = z.object({ q: CleanText.min(1).max(limits.searchChars).optional(), ...pageQuery });
/** What is not named stays as it is; `permissions` replaces all four. */
export const patchUserBody = z.object({
  disabled: z.boolean().optional(),
  admin: z.boolean().optional(),
  permissions: z.array(z.enum(permissions)).max(16).optional(),
});
export type PatchUserBody = z.infer<typeof patchUserBody>;

/** An account as administrators see it. */
export const AdminUser = Account.extend({
  disabled: z.boolean(),
  created_at: Time,
  last_seen: Time.nullable().describe('when a session of theirs was last used; null when none is remembered'),
});
export type AdminUser = z.infer<typeof AdminUser>;

/** A live socket as administrators see it; `queued_bytes` is null where its gateway did not say in time. */
export const AdminConnection = LiveConnection.extend({ user: User, queued_bytes: z.int().min(0).nullable() });
export type AdminConnection = z.infer<typeof AdminConnection>;

/** What is written down, by kind. */
export const auditActions = {
  sign_ins: ['registered', 'signed_in', 'session_ended'],
  refusals: [
    'sign_in_refused',
    'password_change_refused',
    'email_change_refused',
    'password_reset_refused',
    'refresh_token_reused',
  ],
  accounts: [
    'password_changed',
    'password_reset_made',
    'password_reset',
    'email_changed',
    'account_disabled',
    'account_enabled',
  ],
  grants: ['grants_changed', 'admin_granted', 'admin_withdrawn'],
  removals: ['member_removed', 'member_banned'],
  deletions: ['room_deleted', 'message_deleted'],
} as const;
export type AuditKind = keyof typeof auditActions;
export type AuditAction = (typeof auditActions)[AuditKind][number];
export const auditKinds = Object.keys(auditActions) as [AuditKind, ...AuditKind[]];

/** What is said of an entry besides who and where. Never a text, a name as typed, a password or a token. */
export const AuditDetails = z.object({
  added: z.array(z.enum(permissions)).exactOptional(),
  removed: z.array(z.enum(permissions)).exactOptional(),
  seq: Seq.exactOptional().describe("of a message: its place in the room's log"),
});
export type AuditDetails = z.infer<typeof AuditDetails>;

/** One entry: `by` did it (null: nobody who was signed in), `user` is whom it is about. */
export const AuditEntry = z.object({
  id: z.string(),
  ts: Time,
  kind: z.enum(auditKinds),
  action: z.enum(Object.values(auditActions).flat()),
  by: UserRef.nullable(),
  user: UserRef.nullable(),
  session: z.string().nullable(),
  ip: z.string().nullable(),
  room: z.object({ id: z.string(), name: z.string().nullable() }).nullable(),
  details: AuditDetails.nullable(),
});
export type AuditEntry = z.infer<typeof AuditEntry>;

/** `user`: whom it is about, or who did it. Newest first. */
export const auditQuery = z.object({ kind: z.enum(auditKinds).optional(), user: UserId.optional(), ...pageQuery });

export const connectionQuery = z.object({ user: UserId.optional(), ...pageQuery });

const actor = { actor: UserId };
const byWhom = { ...actor, session: SessionId, origin: Origin };
const target = { target: UserId };

export const listUsers = rpc<Page<AdminUser>>()('natter.rpc.admin.users', userListQuery.extend(actor), [
  'forbidden',
  'invalid',
]);
/** `forbidden` also where nobody would be left who may administer. */
export const patchUser = rpc<{ user: AdminUser }>()(
  'natter.rpc.admin.patch',
  patchUserBody.extend({ ...byWhom, ...target }),
  ['forbidden', 'not_found'],
);
/** A token by which somebody who has it sets a new password; it takes the place of an earlier one. */
export const createReset = rpc<{ token: string; expires_at: string }>()(
  'natter.rpc.admin.reset',
  z.object({ ...byWhom, ...target }),
  ['forbidden', 'not_found'],
);
export const listAudit = rpc<Page<AuditEntry>>()('natter.rpc.audit.list', auditQuery.extend(actor), [
  'forbidden',
  'invalid',
]);

/** What happened in a room and belongs on the trail. `id` is made of what happened, so that telling it twice does no harm. */
export const AuditFact = z.object({
  id: z.string().max(100),
  ts: z.iso.datetime(),
  action: z.enum([...auditActions.removals, ...auditActions.deletions]),
  by: UserId,
  user: UserId.optional(),
  room: RoomId,
  room_name: z.string().nullable(),
  seq: Seq.optional(),
});
export type AuditFact = z.infer<typeof AuditFact>;

/** Answered by the auth-service: takes facts from the room-service's outbox. Idempotent on `id`. */
export const recordAudit = rpc<Record<string, never>>()(
  'natter.rpc.audit.record',
  z.object({ facts: z.array(AuditFact).max(256) }),
);
