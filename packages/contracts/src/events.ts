// What a server tells: events in a room's log, and fleeting ones outside it. Types only, made of the schemas in `views`: browsers need no
// schemas, and what is told is made once, by the room-service.
import type { z } from 'zod';
import type * as views from './views.js';

type Shown<Name extends keyof typeof views> = z.infer<(typeof views)[Name]>;

export const permissions = ['create_room', 'invite_members', 'remove_members', 'send_files'] as const;
export type Permission = (typeof permissions)[number];
/** Grants as they are always shown: each once, in the order of `permissions`. */
export const inOrder = (held: readonly Permission[]): Permission[] =>
  permissions.filter((permission) => held.includes(permission));

export type UserRef = Shown<'UserRef'>;
export type User = Shown<'User'>;
/** One's own account, as `ready`, `user` and `me` show it. */
export type OwnUser = Shown<'OwnUser'>;
export type Role = Shown<'Role'>;
export type Visibility = Shown<'Visibility'>;
export type History = Shown<'History'>;
export type Notify = Shown<'Notify'>;
/** A room as one of its members sees it. */
export type RoomView = Shown<'RoomView'>;
/** `GET /api/rooms/{room}`, create, patch, join. */
export type RoomDetails = Shown<'RoomDetails'>;
export type FileRef = Shown<'FileRef'>;
export type MessageEvent = Shown<'MessageEvent'>;
/** `body` and `mentions` are the message's newest, also in events about earlier edits; both are absent once it is deleted. */
export type EditedEvent = Shown<'EditedEvent'>;
export type DeletedEvent = Shown<'DeletedEvent'>;
export type ReactionEvent = Shown<'ReactionEvent'>;
export type MemberEvent = Shown<'MemberEvent'>;
export type RoomEvent = Shown<'RoomEvent'>;
/** Events in the log: every one has a seq. A client counts types it does not know all the same. */
export type LogEvent = Shown<'LogEvent'>;
export type ReceiptEvent = Shown<'ReceiptEvent'>;
export type TypingEvent = Shown<'TypingEvent'>;
export type PresenceStatus = Shown<'PresenceStatus'>;
export type PresenceEvent = Shown<'PresenceEvent'>;
export type RoomAddedEvent = Shown<'RoomAddedEvent'>;
export type RoomRemovedEvent = Shown<'RoomRemovedEvent'>;
export type Notification = Shown<'Notification'>;
export type NotificationEvent = Shown<'NotificationEvent'>;
export type UserEvent = Shown<'UserEvent'>;
export type ByeEvent = Shown<'ByeEvent'>;

export type MemberChange = MemberEvent['change'];
export type RemovalReason = RoomRemovedEvent['reason'];

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
