// How a room stands for its reader as its log goes on: last seq, what is unread, who names one, its name, its members. Pure.
import type { LogEvent, RoomView } from '@natter/contracts/events';
import { countAbove, type RoomLog } from './room-log.js';

const joining = { joined: 1, added: 1, left: -1, kicked: -1, banned: -1, unbanned: 0, role: 0 } as const;

/**
 * A room after an event. What was replayed is counted in it already: `ready` came first.
 *
 * @param log what is held of the room, after the event; without it an edit or a deletion does not change what is counted
 */
export function afterEvent(view: RoomView, event: LogEvent, me: string, log?: RoomLog): RoomView {
  if (event.seq <= view.last_seq) return view;
  const next = { ...view, last_seq: event.seq };
  switch (event.type) {
    case 'message':
      if (event.sender.id === me || event.deleted) break;
      next.unread += 1;
      if (event.mentions.includes(me)) next.mentions += 1;
      break;
    case 'edited':
    case 'deleted':
      if (log && event.target > view.read) Object.assign(next, countAbove(log, view.read, me));
      break;
    case 'room':
      Object.assign(next, { name: event.name, title: event.title, visibility: event.visibility });
      break;
    case 'member':
      next.members += joining[event.change] ?? 0;
      if (event.change === 'role' && event.user.id === me) next.role = event.role;
      break;
    default:
  }
  return next;
}

/** A room after its reader has seen everything up to `seq`; where no log reaches down to there, what is left is at most this. */
export function afterRead(view: RoomView, log: RoomLog | undefined, seq: number, me: string): RoomView {
  const counted = seq >= view.last_seq ? { unread: 0, mentions: 0 } : log && countAbove(log, seq, me);
  const unread = counted?.unread ?? Math.min(view.unread, view.last_seq - seq);
  const mentions = counted?.mentions ?? Math.min(view.mentions, unread);
  return { ...view, read: seq, delivered: Math.max(view.delivered, seq), unread, mentions };
}
