// What a server tells: events in a room's log, and fleeting ones outside it. Types only: they are made once, by the room-service.

export interface UserRef {
  id: string;
  username: string;
}

export interface User extends UserRef {
  display_name: string;
  avatar: string | null;
}

export const permissions = ['create_room', 'invite_members', 'remove_members', 'send_files'] as const;
export type Permission = (typeof permissions)[number];

/** One's own account, as `ready`, `user` and `me` show it. */
export interface OwnUser extends User {
  permissions: Permission[];
}

export type Role = 'owner' | 'admin' | 'member';
export type Visibility = 'public' | 'private';
export type History = 'all' | 'since_join';
export type Notify = 'all' | 'mentions' | 'none';

/** A room as one of its members sees it. */
export interface RoomView {
  id: string;
  name: string | null;
  title: string;
  kind: 'room' | 'dm';
  visibility: Visibility;
  /** null for somebody who is not a member (search, GET of a public room). */
  role: Role | null;
  members: number;
  last_seq: number;
  read: number;
  delivered: number;
  unread: number;
  mentions: number;
  notify: Notify;
  /** Until then the member is told of nothing here; null when that is over, or was never asked for. */
  muted_until: string | null;
  /** The other one of a direct conversation, whose `title` is their name; absent in rooms. */
  peer?: User;
}

/** `GET /api/rooms/{room}`, create, patch, join. */
export interface RoomDetails extends RoomView {
  owner: string | null;
  topic: string;
  history: History;
  members_can_invite: boolean;
  created_at: string;
}

export interface FileRef {
  id: string;
  name: string;
  size: number;
  type: string;
}

interface LogEventBase {
  room: string;
  seq: number;
  ts: string;
}

export interface MessageEvent extends LogEventBase {
  type: 'message';
  id: string;
  sender: UserRef;
  /** Absent when deleted. */
  body?: string;
  thread: number | null;
  reply_to: number | null;
  files?: FileRef[];
  mentions: string[];
  reactions: Record<string, string[]>;
  replies: null | { count: number; last_seq: number };
  edited_at: string | null;
  deleted: boolean;
  meta?: Record<string, unknown>;
}

/** `body` and `mentions` are the message's newest, also in events about earlier edits; both are absent once it is deleted. */
export interface EditedEvent extends LogEventBase {
  type: 'edited';
  target: number;
  body?: string;
  mentions?: string[];
  by: User;
}

export interface DeletedEvent extends LogEventBase {
  type: 'deleted';
  target: number;
  by: User;
}

export interface ReactionEvent extends LogEventBase {
  type: 'reaction';
  target: number;
  emoji: string;
  op: 'add' | 'remove';
  by: User;
}

export type MemberChange = 'joined' | 'added' | 'left' | 'kicked' | 'banned' | 'unbanned' | 'role';

export interface MemberEvent extends LogEventBase {
  type: 'member';
  user: User;
  change: MemberChange;
  role: Role | null;
  by: User;
}

export interface RoomEvent extends LogEventBase {
  type: 'room';
  name: string | null;
  title: string;
  topic: string;
  visibility: Visibility;
  history: History;
  members_can_invite: boolean;
  by: User;
}

/** Events in the log: every one has a seq. A client counts types it does not know all the same. */
export type LogEvent = MessageEvent | EditedEvent | DeletedEvent | ReactionEvent | MemberEvent | RoomEvent;

export type RemovalReason = 'left' | 'kicked' | 'banned' | 'deleted';

export interface ReceiptEvent {
  type: 'receipt';
  room: string;
  /** The member's user id. */
  user: string;
  delivered: number;
  read: number;
}

export interface TypingEvent {
  type: 'typing';
  room: string;
  /** The member's user id. */
  user: string;
  on: boolean;
}

export type PresenceStatus = 'online' | 'away' | 'offline';

export interface PresenceEvent {
  type: 'presence';
  /** The user's id. */
  user: string;
  status: PresenceStatus;
  /** When they were last connected: now, unless they are offline. */
  last_seen: string | null;
}

export interface RoomAddedEvent {
  type: 'room_added';
  room: RoomView;
}

export interface RoomRemovedEvent {
  type: 'room_removed';
  room: string;
  reason: RemovalReason;
}

export interface Notification {
  id: string;
  kind: 'message' | 'mention' | 'added' | 'system';
  room?: string;
  seq?: number;
  preview?: string;
  ts: string;
}

export interface NotificationEvent extends Notification {
  type: 'notification';
}

export interface UserEvent {
  type: 'user';
  user: OwnUser;
}

export interface ByeEvent {
  type: 'bye';
  code: number;
  reason: string;
  reconnect: boolean;
  after_ms: number;
}

/** Events outside the log. The first to be dropped when a socket is slow. */
export type FleetingEvent =
  | ReceiptEvent
  | TypingEvent
  | PresenceEvent
  | RoomAddedEvent
  | RoomRemovedEvent
  | NotificationEvent
  | UserEvent
  | ByeEvent;
