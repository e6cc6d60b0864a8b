// How a room's line in the list follows its log and its reader: last seq, unread counts, name, members. Pure.
import type { LogEvent, RoomView, User } from '@natter/contracts/events';
import { countUnread, type RoomLog } from './room-log.js';
import type { Cursors } from './timeline.js';

/** A room after an event. What was replayed is counted in it already: `ready` came first. */
export function afterEvent(view: RoomView, event: LogEvent, me: string): RoomView {
  if (event.seq <= view.last_seq) return view;
  const next = { ...view, last_seq: event.seq };
  switch (event.type) {
    case 'message':
      if (event.sender.id === me || event.deleted) break;
      next.unread += 1;
      if (event.mentions.includes(me)) next.mentions += 1;
      break;
    case 'room':
      Object.assign(next, { name: event.name, title: event.title, visibility: event.visibility });
      break;
    case 'member':
      next.members +=
        { joined: 1, added: 1, left: -1, kicked: -1, banned: -1, unbanned: 0, role: 0 }[event.change] ?? 0;
      if (event.change === 'role' && event.user.id === me) next.role = event.role;
      break;
    default:
  }
  return next;
}

/** A room after its reader has seen everything up to `seq`. */
export function afterRead(view: RoomView, log: RoomLog | undefined, seq: number, me: string): RoomView {
  const counted = log && countUnread(log, seq, me);
  const unread = seq >= view.last_seq ? 0 : (counted ?? Math.min(view.unread, view.last_seq - seq));
  return {
    ...view,
    read: seq,
    delivered: Math.max(view.delivered, seq),
    unread,
    mentions: unread === 0 ? 0 : view.mentions,
  };
}

/** Cursors only rise, and `read` implies `delivered`. */
export function risen(cursors: Cursors | undefined, to: Cursors): Cursors {
  return {
    delivered: Math.max(cursors?.delivered ?? 0, to.delivered, to.read),
    read: Math.max(cursors?.read ?? 0, to.read),
  };
}

/** Rooms as the lists show them: unread ones first, then by title. */
export function inOrder(rooms: ReadonlyMap<string, RoomView>): RoomView[] {
  const weight = ({ mentions, unread }: RoomView) => (mentions > 0 ? 0 : unread > 0 ? 1 : 2);
  return [...rooms.values()].sort((a, b) => weight(a) - weight(b) || titleOf(a).localeCompare(titleOf(b)));
}

/** What of a room calls for attention: nothing, while it is muted. */
export const isQuiet = (room: Pick<RoomView, 'notify' | 'muted_until'>): boolean =>
  room.notify === 'none' || Boolean(room.muted_until);

/** What people call somebody. */
export const nameOf = (user: Pick<User, 'display_name' | 'username'>): string => user.display_name || user.username;

/** What people call a room. */
export const titleOf = (room: Pick<RoomView, 'title' | 'name'>): string => room.title || room.name || 'Conversation';
