// What a server shows and tells, as schemas: the types of `events` are made of them, and so are the descriptions at `/api/docs`. Nothing
// is checked by them on its way out, and browsers load none of this.
import { z } from 'zod';
import { permissions } from './events.js';

const seq = z.int().min(1);
const position = z.int().min(0);
/** RFC 3339, UTC, with milliseconds. */
export const Time = z.iso.datetime({ precision: 3 }).describe('RFC 3339, UTC, with milliseconds');

export const UserRef = z.object({ id: z.string(), username: z.string() });

export const User = UserRef.extend({
  display_name: z.string(),
  avatar: z.string().nullable().describe('the path of their picture, another one for each picture'),
});

/** One's own account, as `ready`, `user` and `me` show it. */
export const OwnUser = User.extend({ permissions: z.array(z.enum(permissions)) });

export const Role = z.enum(['owner', 'admin', 'member']);
export const Visibility = z.enum(['public', 'private']);
export const History = z.enum(['all', 'since_join']);
export const Notify = z.enum(['all', 'mentions', 'none']);

/** A room as one of its members sees it. */
export const RoomView = z.object({
  id: z.string(),
  name: z.string().nullable().describe('null for a direct conversation'),
  title: z.string(),
  kind: z.enum(['room', 'dm']),
  visibility: Visibility,
  role: Role.nullable().describe('null for somebody who is not a member'),
  members: z.int(),
  last_seq: position,
  read: position,
  delivered: position,
  unread: z.int().min(0),
  mentions: z.int().min(0),
  notify: Notify,
  /** Until then the member is told of nothing here; null when that is over, or was never asked for. */
  muted_until: Time.nullable(),
  peer: User.exactOptional().describe('the other one of a direct conversation'),
});

/** `GET /api/rooms/{room}`, create, patch, join. */
export const RoomDetails = RoomView.extend({
  owner: z.string().nullable().describe("the owner's id; null in a direct conversation"),
  topic: z.string(),
  history: History,
  members_can_invite: z.boolean(),
  created_at: Time,
});

export const FileRef = z.object({
  id: z.string(),
  name: z.string(),
  size: z.int().describe('bytes'),
  type: z.string().describe('what the content says, never what the sender says'),
});

const inLog = { room: z.string().describe("the room's id"), seq, ts: Time };

export const MessageEvent = z.object({
  type: z.literal('message'),
  ...inLog,
  id: z.string(),
  sender: UserRef,
  body: z.string().exactOptional().describe('absent when deleted'),
  thread: seq.nullable().describe('the root of the thread it is in'),
  reply_to: seq.nullable(),
  files: z.array(FileRef).exactOptional().describe('absent when deleted'),
  mentions: z.array(z.string()).describe('ids of users'),
  reactions: z.record(z.string(), z.array(z.string())).describe('emoji → ids of users'),
  replies: z.object({ count: z.int(), last_seq: seq }).nullable(),
  edited_at: Time.nullable(),
  deleted: z.boolean(),
  meta: z.record(z.string(), z.unknown()).exactOptional(),
});

/** `body` and `mentions` are the message's newest, also in events about earlier edits; both are absent once it is deleted. */
export const EditedEvent = z.object({
  type: z.literal('edited'),
  ...inLog,
  target: seq,
  body: z.string().exactOptional().describe('the newest; absent once deleted'),
  mentions: z.array(z.string()).exactOptional(),
  by: User,
});

export const DeletedEvent = z.object({ type: z.literal('deleted'), ...inLog, target: seq, by: User });

export const ReactionEvent = z.object({
  type: z.literal('reaction'),
  ...inLog,
  target: seq,
  emoji: z.string(),
  op: z.enum(['add', 'remove']),
  by: User,
});

export const MemberEvent = z.object({
  type: z.literal('member'),
  ...inLog,
  user: User,
  change: z.enum(['joined', 'added', 'left', 'kicked', 'banned', 'unbanned', 'role']),
  role: Role.nullable(),
  by: User,
});

export const RoomEvent = z.object({
  type: z.literal('room'),
  ...inLog,
  name: z.string().nullable(),
  title: z.string(),
  topic: z.string(),
  visibility: Visibility,
  history: History,
  members_can_invite: z.boolean(),
  by: User,
});

/** Events in the log: every one has a seq. A client counts types it does not know all the same. */
export const LogEvent = z.discriminatedUnion('type', [
  MessageEvent,
  EditedEvent,
  DeletedEvent,
  ReactionEvent,
  MemberEvent,
  RoomEvent,
]);

export const ReceiptEvent = z.object({
  type: z.literal('receipt'),
  room: z.string(),
  user: z.string().describe("the member's id"),
  delivered: position,
  read: position,
});

export const TypingEvent = z.object({
  type: z.literal('typing'),
  room: z.string(),
  user: z.string().describe("the member's id"),
  on: z.boolean(),
});

export const PresenceStatus = z.enum(['online', 'away', 'offline']);

export const PresenceEvent = z.object({
  type: z.literal('presence'),
  user: z.string().describe("the user's id"),
  status: PresenceStatus,
  last_seen: Time.nullable().describe('when they were last connected: now, unless they are offline'),
});

export const RoomAddedEvent = z.object({ type: z.literal('room_added'), room: RoomView });

export const RoomRemovedEvent = z.object({
  type: z.literal('room_removed'),
  room: z.string(),
  reason: z.enum(['left', 'kicked', 'banned', 'deleted']),
});

export const Notification = z.object({
  id: z.string(),
  kind: z.enum(['message', 'mention', 'added', 'system']),
  room: z.string().exactOptional(),
  seq: seq.exactOptional(),
  preview: z.string().exactOptional(),
  ts: Time,
});

export const NotificationEvent = Notification.extend({ type: z.literal('notification') });

export const UserEvent = z.object({ type: z.literal('user'), user: OwnUser });

export const ByeEvent = z.object({
  type: z.literal('bye'),
  code: z.int().describe('the close code'),
  reason: z.string(),
  reconnect: z.boolean(),
  after_ms: z.int().min(0),
});
