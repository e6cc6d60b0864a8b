// A room and a reader in words and in order, as the lists show them. Pure.
import type { RoomView, User } from '@natter/contracts/events';
import type { Cursors } from './timeline.js';

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
