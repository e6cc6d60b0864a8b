// What a chat client tells those who listen.
import type {
  LogEvent,
  Notification,
  OwnUser,
  ReceiptEvent,
  RemovalReason,
  RoomView,
  TypingEvent,
} from '@natter/contracts/events';
import type { ErrorFrame, ReadyFrame, ServerFrame, SyncedFrame } from '@natter/contracts/frames';
import type { ConnectionState } from './connection.js';
import type { OutboxChange } from './outbox-store.js';
import type { PresenceChange } from './presence.js';

/** The events of `ChatClient`, by name. */
export interface ChatEvents {
  state: ConnectionState;
  /** Connected; what was missed follows as `event`. */
  ready: ReadyFrame;
  /** What was missed while away has been applied. */
  synced: SyncedFrame;
  /** One event of a room's log: per room each exactly once, in order, without holes. */
  event: LogEvent;
  /** Too much of a room was missed: drop what is held of it; `event` goes on after `seq`. */
  reset: { room: string; seq: number };
  room_added: RoomView;
  /** `gone`: left or removed while away. */
  room_removed: { room: string; reason: RemovalReason | 'gone' };
  receipt: ReceiptEvent;
  /** Somebody begins to type, or ceases; told once each. */
  typing: Omit<TypingEvent, 'type'>;
  /** Somebody with whom one shares a DM or a small room comes, goes, or is away. */
  presence: PresenceChange;
  notification: Notification;
  user: OwnUser;
  outbox: OutboxChange;
  /** An error that answers no request made here. */
  error: ErrorFrame;
  /** Every frame as it came, before anything else happens with it. */
  frame: ServerFrame;
}
