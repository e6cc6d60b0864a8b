// What a client holds of one room, or of one thread in it: a run of its log without holes up to now, oldest first. Pure: each change
// makes a new one.
import type { LogEvent, MemberEvent, RoomEvent } from '@natter/contracts/events';
import type { MessagePage } from '@natter/contracts/messages';
import { afterChange, asOf, type HeldMessage, targetOf } from './message-changes.js';

/** What has a line of its own on a page; edits, deletions and reactions change another's. */
export type LogItem = HeldMessage | MemberEvent | RoomEvent;

export interface RoomLog {
  readonly items: readonly LogItem[];
  /** There are older messages on the server. */
  readonly hasOlder: boolean;
  /** `unloaded`: only what came since is here. */
  readonly status: 'unloaded' | 'loading' | 'ready' | 'failed';
  /** A page of older messages is on its way, or did not come. */
  readonly older: 'idle' | 'loading' | 'failed';
  /** Came while a page was on its way: applied again after it, in case the page was read before them. */
  readonly since: readonly LogEvent[];
}

export const emptyLog: RoomLog = { items: [], hasOlder: true, status: 'unloaded', older: 'idle', since: [] };

/** Lines held of a room at most; the oldest go first, and can be fetched again. */
export const maxItems = 3_000;

const isItem = (event: LogEvent): event is Extract<LogEvent, LogItem> =>
  event.type === 'message' || event.type === 'member' || event.type === 'room';

/** Applies one event; doing it twice does no harm. */
export function applyEvent(log: RoomLog, event: LogEvent): RoomLog {
  const since = log.status === 'loading' || log.older === 'loading' ? [...log.since, event] : log.since;
  return trim({ ...log, since, items: changed(log.items, event) }, maxItems);
}

/** The newest messages arrived: they stand before whatever has come since they were asked for. */
export function withNewest(log: RoomLog, page: MessagePage): RoomLog {
  const items = log.since.reduce(changed, held(page));
  return { items, hasOlder: page.more, status: 'ready', older: 'idle', since: [] };
}

export function withOlder(log: RoomLog, page: MessagePage): RoomLog {
  const oldest = log.items[0]?.seq ?? Infinity;
  const joined: readonly LogItem[] = [...held(page).filter(({ seq }) => seq < oldest), ...log.items];
  return { ...log, items: log.since.reduce(changed, joined), hasOlder: page.more, older: 'idle', since: [] };
}

export function trim(log: RoomLog, max: number): RoomLog {
  return log.items.length <= max ? log : { ...log, items: log.items.slice(-max), hasOlder: true };
}

/** The seq to ask for messages before: that of the oldest held. */
export const oldestSeq = (log: RoomLog): number | undefined => log.items[0]?.seq;

/** The message at a seq, if it is held. */
export function messageAt(items: readonly LogItem[], seq: number): HeldMessage | undefined {
  const item = items.findLast((other) => other.seq === seq);
  return item?.type === 'message' ? item : undefined;
}

/**
 * Messages of others above a cursor, and those of them that mention one.
 *
 * @returns undefined when the log does not reach down to the cursor
 */
export function countAbove(log: RoomLog, read: number, me: string): { unread: number; mentions: number } | undefined {
  const oldest = oldestSeq(log);
  if (log.status !== 'ready' || (log.hasOlder && (oldest === undefined || oldest > read + 1))) return undefined;
  const above = log.items.filter(
    (item) => item.type === 'message' && item.seq > read && !item.deleted && item.sender.id !== me,
  );
  const naming = above.filter((item) => item.type === 'message' && item.mentions.includes(me));
  return { unread: above.length, mentions: naming.length };
}

/** A page shows its messages as they were when it was read, all of one moment. */
const held = ({ items, last_seq }: MessagePage): LogItem[] => items.map((item) => ({ ...item, asOf: last_seq }));

function changed(items: readonly LogItem[], event: LogEvent): readonly LogItem[] {
  const placedItems = isItem(event) ? placed(items, event) : items; // others change one, or are of a later version
  const index = placedItems.findLastIndex(({ seq }) => seq === targetOf(event));
  const target = placedItems[index];
  if (target?.type !== 'message') return placedItems;
  const next = afterChange(target, event);
  return next === target ? placedItems : placedItems.with(index, next);
}

/** An item at its place; of two with the same seq the one that is newer stays. */
function placed(items: readonly LogItem[], item: LogItem): readonly LogItem[] {
  const last = items.at(-1);
  if (!last || item.seq > last.seq) return [...items, item];
  const index = items.findIndex(({ seq }) => seq >= item.seq);
  const there = items[index]!;
  if (there.seq !== item.seq) return items.toSpliced(index, 0, item);
  const isOlder = there.type === 'message' && item.type === 'message' && asOf(item) < asOf(there);
  return isOlder ? items : items.with(index, item);
}
