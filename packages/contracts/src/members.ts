// What members do with one another: adding, removing, banning, roles. Coming and going by oneself is in `rooms`.
import { z } from 'zod';
import type { Page } from './common.js';
import { RoomRef, UserId } from './ids.js';
import { type Member, listQuery } from './rooms.js';
import { rpc } from './rpc.js';
import { Notify, Time, User } from './views.js';

export const addMemberBody = z.object({ user: UserId });
export const setRoleBody = z.object({ role: z.enum(['owner', 'admin', 'member']) });
/** How a member wants to be told of a room's messages; `muted_until` in the past, null and absent mean «not muted». */
export const preferencesBody = z.object({
  notify: z.enum(['all', 'mentions', 'none']),
  muted_until: z.iso.datetime({ offset: true }).refine(isStorable, 'a time from 1970 to 9999').nullish(),
});
/** Query of `DELETE /api/rooms/{room}/members/{user}`. */
export const removeMemberQuery = z.object({ ban: z.enum(['true', 'false']).default('false') });

/** PostgreSQL knows no year 0, and text with five digits for a year is no RFC 3339. */
function isStorable(time: string): boolean {
  const ms = Date.parse(time);
  return ms >= 0 && ms < Date.UTC(9999, 11, 31);
}

const room = { actor: UserId, room: RoomRef };
const one = { ...room, user: UserId };
type Empty = Record<string, never>;

/** Somebody who may not come into a room. */
export const Ban = z.object({ user: User, by: User, ts: Time });
export type Ban = z.infer<typeof Ban>;

/** Allowed with the grant `invite_members` and as a member, as an admin where members may not invite. `added` false: was in already. */
export const addMember = rpc<{ member: Member; added: boolean }>()('natter.rpc.member.add', z.object(one), [
  'not_found',
  'not_member',
  'forbidden',
  'banned',
  'quota',
]);
/** Allowed with the grant `remove_members` and as an admin; never of an owner. With `ban` also of somebody who is not in the room. */
export const removeMember = rpc<Empty>()('natter.rpc.member.remove', z.object({ ...one, ban: z.boolean() }), [
  'not_found',
  'not_member',
  'forbidden',
]);
/** By the owner. `owner` hands the room over, and the one who did it is an admin from then on. */
export const setRole = rpc<{ member: Member }>()('natter.rpc.member.role', setRoleBody.extend(one), [
  'not_found',
  'not_member',
  'forbidden',
  'owner_must_transfer',
]);
export const Preferences = z.object({ notify: Notify, muted_until: Time.nullable() });
export type Preferences = z.infer<typeof Preferences>;

export const setPreferences = rpc<Preferences>()('natter.rpc.member.prefer', preferencesBody.extend(room), [
  'not_found',
  'not_member',
]);
/** For admins. */
export const listBans = rpc<Page<Ban>>()('natter.rpc.ban.list', listQuery.extend(room), [
  'not_found',
  'not_member',
  'forbidden',
]);
/** Allowed as removing. */
export const liftBan = rpc<Empty>()('natter.rpc.ban.lift', z.object(one), ['not_found', 'not_member', 'forbidden']);
