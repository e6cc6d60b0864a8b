// Rooms and members: request bodies of REST, and the calls the room-service answers about them.
import { z } from 'zod';
import { pageQuery, type Page } from './common.js';
import type { History, MemberChange, RemovalReason, RoomDetails, RoomView } from './events.js';
import { CleanText, Position, RoomId, RoomName, RoomRef, Seq, UserId } from './ids.js';
import { limits } from './limits.js';
import { rpc } from './rpc.js';
import { Role, User } from './views.js';

const title = CleanText.max(limits.titleChars);
const topic = CleanText.max(limits.topicChars);
const visibility = z.enum(['public', 'private']);
const history = z.enum(['all', 'since_join']);

export const createRoomBody = z.object({
  name: RoomName,
  title: title.optional(),
  topic: topic.optional(),
  visibility: visibility.default('public'),
  history: history.default('all'),
  members_can_invite: z.boolean().default(true),
  members: z.array(UserId).max(limits.pageMax).default([]),
});
export const patchRoomBody = z.object({
  name: RoomName.optional(),
  title: title.optional(),
  topic: topic.optional(),
  visibility: visibility.optional(),
  history: history.optional(),
  members_can_invite: z.boolean().optional(),
});
/** Query of `GET /api/search/rooms`. Matching is literal. */
export const searchQuery = z.object({
  q: CleanText.min(1).max(limits.searchChars),
  ...pageQuery,
});
export const listQuery = z.object(pageQuery);
/** Any text may be tried as an invite; one that is none lets nobody in. */
export const joinBody = z.object({ invite: CleanText.max(100).optional() });
export const openDmBody = z.object({ user: UserId });

export type CreateRoomBody = z.infer<typeof createRoomBody>;
export type PatchRoomBody = z.infer<typeof patchRoomBody>;

const actor = { actor: UserId };
const target = { actor: UserId, room: RoomRef };
type Empty = Record<string, never>;

/** `status` is added by the gateway, which asks the session-service. */
export const Member = z.object({ user: User, role: Role, joined_seq: Seq, read: Position, delivered: Position });
export type Member = z.infer<typeof Member>;

/**
 * `id`: made by a gateway from the caller and their `Idempotency-Key`, never by a client. Where the caller owns a room with this id
 * already, that room is the answer.
 */
export const createRoom = rpc<{ room: RoomDetails }>()(
  'natter.rpc.room.create',
  createRoomBody.extend({ ...actor, id: RoomId.optional() }),
  ['name_taken', 'forbidden', 'invalid', 'quota'],
);
export const listMyRooms = rpc<Page<RoomView>>()('natter.rpc.room.mine', listQuery.extend(actor));
export const getRoom = rpc<{ room: RoomDetails }>()('natter.rpc.room.get', z.object(target), ['not_found']);
export const patchRoom = rpc<{ room: RoomDetails }>()('natter.rpc.room.patch', patchRoomBody.extend(target), [
  'not_found',
  'not_member',
  'forbidden',
  'name_taken',
]);
export const deleteRoom = rpc<Empty>()('natter.rpc.room.delete', z.object(target), [
  'not_found',
  'not_member',
  'forbidden',
]);
export const searchRooms = rpc<Page<RoomView>>()('natter.rpc.room.search', searchQuery.extend(actor));
/** `created` false: the conversation of the two that there is. */
export const openDm = rpc<{ room: RoomDetails; created: boolean }>()(
  'natter.rpc.dm.open',
  openDmBody.extend({ actor: UserId }),
  ['not_found', 'invalid', 'quota'],
);
/** Of accounts that are not disabled, by username or display name. */
export const searchUsers = rpc<Page<z.infer<typeof User>>>()('natter.rpc.user.search', searchQuery.extend(actor));
export const joinRoom = rpc<{ room: RoomDetails }>()('natter.rpc.member.join', joinBody.extend(target), [
  'not_found',
  'banned',
  'quota',
]);
export const leaveRoom = rpc<Empty>()('natter.rpc.member.leave', z.object(target), [
  'not_found',
  'forbidden',
  'owner_must_transfer',
]);
export const listMembers = rpc<Page<Member>>()('natter.rpc.member.list', listQuery.extend(target), [
  'not_found',
  'not_member',
]);

/** A membership as a ws-gateway needs it. */
export interface Membership extends RoomView {
  /** Place of the event by which the member came in. */
  joined_seq: number;
  /** Events up to this seq are not for this member (`history: since_join`); 0: everything is. */
  visible_after: number;
}

/**
 * The rooms of users, for `ready` and for a ws-gateway's sweep; a user without rooms is there with an empty list.
 * Users for whom the answer (one NATS message) has no place are left out, never the first: ask for them again.
 */
export const listMemberships = rpc<{ users: { user: string; rooms: Membership[] }[] }>()(
  'natter.rpc.member.rooms',
  z.object({ users: z.array(UserId).max(512) }),
);

/**
 * The rooms of users in which their presence is shown: DMs and those of at most `limits.presenceRoomMembers`. Users for whom the
 * answer has no place are left out, never the first: ask for them again.
 */
export const listPresenceRooms = rpc<{ users: { user: string; rooms: string[] }[] }>()(
  'natter.rpc.member.presence_rooms',
  z.object({ users: z.array(UserId).max(512) }),
);

/**
 * Event `subjects.membershipChanged`, a hint that may be lost: something happened to the place of `user` in `room`, and `seq` is
 * where the room's log says so.
 */
export interface MembershipChanged {
  user: string;
  room: string;
  seq: number;
  change: MemberChange;
}

/** Event `subjects.roomDeleted`, a hint that may be lost. */
export interface RoomDeleted {
  room: string;
}

/**
 * Event `subjects.logBeat`: each room-service replica, once a second, with `n` rising by one. What is listed stood in the beat
 * before or is new, so one lost beat loses nothing. A ws-gateway that misses two, or hears of a new incarnation, sweeps.
 */
export interface LogBeat {
  replica: string;
  incarnation: string;
  n: number;
  /** Rooms that got events, with their newest seq. */
  heads: [room: string, seq: number][];
  /** Who came into a room or left one. */
  members: [user: string, room: string][];
  deleted: string[];
}

export type { History, RemovalReason };
