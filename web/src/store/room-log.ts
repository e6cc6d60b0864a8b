// What is held of one room: a run of its log without holes up to now, oldest first. Pure: each change makes a new one.
import type { LogEvent, MemberEvent, MessageEvent, RoomEvent } from '@natter/contracts/events';
import type { MessagePage } from '@natter/contracts/messages';

/** What has a line of its own on the page; edits, deletions and reactions change another's. */
export type LogItem = MessageEvent | MemberEvent | RoomEvent;

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
/** Lines kept of a room that is not on the screen. */
export const keptItems = 200;

const isItem = (event: LogEvent): event is LogItem =>
  event.type === 'message' || event.type === 'member' || event.type === 'room';

/** Applies one event; doing it twice does no harm. */
export function applyEvent(log: RoomLog, event: LogEvent): RoomLog {
  const since = log.status === 'loading' || log.older === 'loading' ? [...log.since, event] : log.since;
  return trim({ ...log, since, items: changed(log.items, event) }, maxItems);
}

/** The newest messages arrived: they stand before whatever has come since they were asked for. */
export function withNewest(log: RoomLog, page: MessagePage): RoomLog {
  const items = log.since.reduce(changed, page.items as readonly LogItem[]);
  return { items, hasOlder: page.more, status: 'ready', older: 'idle', since: [] };
}

export function withOlder(log: RoomLog, page: MessagePage): RoomLog {
  const oldest = log.items[0]?.seq ?? Infinity;
  const joined: readonly LogItem[] = [...page.items.filter(({ seq }) => seq < oldest), ...log.items];
  return { ...log, items: log.since.reduce(changed, joined), hasOlder: page.more, older: 'idle', since: [] };
}

export function trim(log: RoomLog, max: number): RoomLog {
  return log.items.length <= max ? log : { ...log, items: log.items.slice(-max), hasOlder: true };
}

/** The seq to ask for messages before: that of the oldest held. */
export const oldestSeq = (log: RoomLog): number | undefined => log.items[0]?.seq;

/**
 * Messages of others above a cursor.
 *
 * @returns undefined when the log does not reach down to the cursor
 */
export function countUnread(log: RoomLog, read: number, me: string): number | undefined {
  const oldest = oldestSeq(log);
  if (log.status !== 'ready' || (log.hasOlder && (oldest === undefined || oldest > read + 1))) return undefined;
  return log.items.filter(
    (item) => item.type === 'message' && item.seq > read && !item.deleted && item.sender.id !== me,
  ).length;
}

function changed(items: readonly LogItem[], event: LogEvent): readonly LogItem[] {
  if (isItem(event)) return answered(placed(items, event), event);
  switch (event.type) {
    case 'edited':
      return retouched(items, event.target, (message) =>
        event.body === undefined || message.deleted
          ? message
          : { ...message, body: event.body, mentions: event.mentions ?? message.mentions, edited_at: event.ts },
      );
    case 'deleted':
      return retouched(items, event.target, ({ body: _, files: __, meta: ___, ...message }) => ({
        ...message,
        deleted: true,
        mentions: [],
        reactions: {},
      }));
    case 'reaction':
      return retouched(items, event.target, (message) => ({
        ...message,
        reactions: reacted(message.reactions, event.emoji, event.op, event.by.id),
      }));
    default:
      return items; // of a later version
  }
}

/** An item at its place; one with the same seq gives way to what is newer. */
function placed(items: readonly LogItem[], item: LogItem): readonly LogItem[] {
  const last = items.at(-1);
  if (!last || item.seq > last.seq) return [...items, item];
  const index = items.findIndex(({ seq }) => seq >= item.seq);
  return items[index]!.seq === item.seq ? items.with(index, item) : items.toSpliced(index, 0, item);
}

function retouched(
  items: readonly LogItem[],
  target: number,
  touch: (message: MessageEvent) => MessageEvent,
): readonly LogItem[] {
  const index = items.findLastIndex(({ seq }) => seq === target);
  const item = items[index];
  return item?.type === 'message' ? items.with(index, touch(item)) : items;
}

/** The root of a thread counts what is said in it; what it has counted already, it does not count again. */
function answered(items: readonly LogItem[], item: LogItem): readonly LogItem[] {
  if (item.type !== 'message' || item.thread === null) return items;
  return retouched(items, item.thread, (root) =>
    item.seq <= (root.replies?.last_seq ?? 0)
      ? root
      : { ...root, replies: { count: (root.replies?.count ?? 0) + 1, last_seq: item.seq } },
  );
}

function reacted(reactions: MessageEvent['reactions'], emoji: string, op: 'add' | 'remove', user: string) {
  const users = (reactions[emoji] ?? []).filter((id) => id !== user);
  if (op === 'add') users.push(user);
  const { [emoji]: _, ...others } = reactions;
  return users.length > 0 ? { ...reactions, [emoji]: users } : others;
}
