// All that the pages show of the rooms of the one who is signed in.
import type { ConnectionState } from '@natter/client/connection';
import type { MemberView } from '@natter/client/rest';
import type { HeldMessage } from '@natter/client/message-changes';
import { emptyLog, type RoomLog } from '@natter/client/room-log';
import type { PresenceStatus, RoomDetails, RoomView } from '@natter/contracts/events';
import type { CachedLog } from './cache.js';
import type { PendingChange } from './pending-changes.js';
import type { Cursors, PendingMessage } from './timeline.js';

export interface MemberList {
  items: readonly MemberView[];
  next: string | null;
  status: 'loading' | 'ready' | 'failed';
}

/** What only somebody who looks at a room closely needs to know of it. */
export type RoomSettings = Pick<RoomDetails, 'topic' | 'history' | 'members_can_invite'>;

/** The thread on the screen: its root, and what is said in it. */
export interface OpenThread {
  room: string;
  root: number;
  /** Undefined while it is on its way; or because it was said before one came. */
  head: HeldMessage | undefined;
  log: RoomLog;
}

export interface ChatState {
  connection: ConnectionState;
  /** It is known which rooms there are. */
  hasRooms: boolean;
  rooms: ReadonlyMap<string, RoomView>;
  logs: ReadonlyMap<string, RoomLog>;
  /** When a room was last on the screen, by the clock on the wall; only to choose what to keep. */
  openedAt: ReadonlyMap<string, number>;
  pending: readonly PendingMessage[];
  /** One's own edits, deletions and reactions that are not in the log yet, in the order in which they were asked for. */
  changes: readonly PendingChange[];
  thread: OpenThread | undefined;
  /** Per room, per user. */
  cursors: ReadonlyMap<string, ReadonlyMap<string, Cursors>>;
  members: ReadonlyMap<string, MemberList>;
  /** Who is there, of those one has heard of since the connection stands. */
  presence: ReadonlyMap<string, PresenceStatus>;
  /** Per room, who writes something just now. */
  typing: ReadonlyMap<string, readonly string[]>;
  settings: ReadonlyMap<string, RoomSettings>;
  /** The room on the screen, and above which seq its messages were new when it came there. */
  openRoom: string | undefined;
  newAfter: number | undefined;
  /** The newest message of another in the open room, for those who hear the page. */
  heard: string;
  /** Sentences to show once. */
  notices: readonly { id: number; text: string }[];
}

/** What is known before the server has said anything. */
export function initialState(connection: ConnectionState, cached: readonly CachedLog[]): ChatState {
  const held = cached.filter(({ room }) => room.position !== undefined);
  return {
    connection,
    hasRooms: cached.length > 0,
    rooms: new Map(cached.map(({ room }) => [room.id, room.view])),
    logs: new Map(
      held.map(({ room, items }) => [room.id, { ...emptyLog, items, hasOlder: room.hasOlder, status: 'ready' }]),
    ),
    openedAt: new Map(cached.map(({ room }) => [room.id, room.openedAt])),
    pending: [],
    changes: [],
    thread: undefined,
    cursors: new Map(),
    members: new Map(),
    presence: new Map(),
    typing: new Map(),
    settings: new Map(),
    openRoom: undefined,
    newAfter: undefined,
    heard: '',
    notices: [],
  };
}

/** A map with one entry more, or less. */
export function withEntry<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key, value: Value): Map<Key, Value> {
  return new Map(map).set(key, value);
}

export function withoutEntry<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key): Map<Key, Value> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}
