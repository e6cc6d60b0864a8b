// From the log of a room or a thread, and what is still on its way, to the lines of the page: days, groups, the «new» line, states. Pure.
import type { LogItem } from '@natter/client/room-log';
import type { MemberEvent, MessageEvent, RoomEvent } from '@natter/contracts/events';
import { type PendingChange, type UnderWay, withChanges } from './pending-changes.js';

/** A message of one's own that is not in the log yet. */
export interface PendingMessage {
  id: string;
  room: string;
  body: string;
  /** The root of its thread. */
  thread?: number;
  reply_to?: number;
  files?: string[];
  /** `stored`: acknowledged, and about to come back as an event. */
  state: 'queued' | 'sending' | 'stored' | 'refused';
  /** Why it was refused. */
  reason?: string;
}

/** How far a message of one's own has come. */
export type DeliveryState = PendingMessage['state'] | 'delivered' | 'read';

export interface Cursors {
  delivered: number;
  read: number;
}

export type Row =
  | { kind: 'day'; key: string; ts: string }
  | { kind: 'new'; key: string }
  /** Between the root of a thread and what was answered to it. */
  | { kind: 'answers'; key: string; count: number }
  | { kind: 'quiet'; key: string; event: MemberEvent | RoomEvent }
  /** Said in a thread: in the room it is one line, which leads there. */
  | { kind: 'answer'; key: string; message: MessageEvent; root: number }
  | {
      kind: 'message';
      key: string;
      /** As it is once what is on its way is stored. */
      message: MessageEvent;
      underWay?: UnderWay;
      isMine: boolean;
      /** First, last of a run by one sender. */
      isFirst: boolean;
      isLast: boolean;
      /** Only of one's own. */
      delivery?: DeliveryState;
      /** Who has read it. */
      readers?: string[];
      /** The newest of one's own that somebody has read. */
      isLastRead?: true;
    }
  | { kind: 'pending'; key: string; message: PendingMessage; isFirst: boolean; isLast: boolean };

export interface TimelineInput {
  items: readonly LogItem[];
  pending: readonly PendingMessage[];
  /** By the seq of the message they are about. */
  changes?: ReadonlyMap<number, readonly PendingChange[]>;
  /** Its root, when it is a thread that is shown; otherwise it is the room. */
  thread?: number;
  me: string;
  /** The «new» line stands before the first message of others above this; undefined: no line. */
  newAfter: number | undefined;
  /** There are older messages that are not held: then the line may belong further up, and waits. */
  hasOlder?: boolean;
  /** Cursors of the other members. */
  cursors: ReadonlyMap<string, Cursors>;
  /** Which day an instant belongs to, where the reader is. */
  dayOf?: (ts: string) => string;
}

const noChanges: readonly PendingChange[] = [];
/** A pause longer than this starts a new group. */
const groupMs = 5 * 60_000;

export function timeline(input: TimelineInput): Row[] {
  const { items, me, newAfter, cursors, dayOf = localDay } = input;
  const rows: Row[] = [];
  const others = [...cursors].filter(([user]) => user !== me);
  let day = '';
  const isReached = !input.hasOlder || (items[0]?.seq ?? 0) <= (newAfter ?? 0) + 1;
  let hasNewLine = newAfter === undefined || !isReached;
  let last: { sender: string; atMs: number } | undefined;

  for (const item of items) {
    const itemDay = dayOf(item.ts);
    if (itemDay !== day) {
      day = itemDay;
      rows.push({ kind: 'day', key: `day ${itemDay}`, ts: item.ts });
      last = undefined;
    }
    if (item.type !== 'message') {
      rows.push({ kind: 'quiet', key: `seq ${item.seq}`, event: item });
      last = undefined;
      continue;
    }
    const isMine = item.sender.id === me;
    if (!hasNewLine && !isMine && item.seq > (newAfter ?? 0)) {
      hasNewLine = true;
      rows.push({ kind: 'new', key: 'new' });
      last = undefined;
    }
    if (item.thread !== null && item.thread !== input.thread) {
      rows.push({ kind: 'answer', key: item.id, message: item, root: item.thread });
      last = undefined;
      continue;
    }
    const atMs = Date.parse(item.ts);
    const isFirst = last?.sender !== item.sender.id || atMs - last.atMs > groupMs;
    if (!isFirst) continueGroup(rows);
    last = { sender: item.sender.id, atMs };
    const shown = withChanges(item, input.changes?.get(item.seq) ?? noChanges, me);
    const row: Row = { kind: 'message', key: item.id, ...shown, isMine, isFirst, isLast: true };
    if (isMine) Object.assign(row, deliveryOf(item.seq, others));
    rows.push(row);
    if (item.seq === input.thread) {
      rows.push({ kind: 'answers', key: 'answers', count: item.replies?.count ?? 0 });
      last = undefined;
    }
  }

  const lastRead = rows.findLast((row) => row.kind === 'message' && row.delivery === 'read');
  if (lastRead?.kind === 'message') lastRead.isLastRead = true;

  const stored = new Set(items.map((item) => (item.type === 'message' ? item.id : '')));
  for (const message of input.pending) {
    if (message.thread !== input.thread || stored.has(message.id)) continue;
    const isFirst = last?.sender !== me;
    if (!isFirst) continueGroup(rows);
    last = { sender: me, atMs: 0 };
    rows.push({ kind: 'pending', key: message.id, message, isFirst, isLast: true });
  }
  return rows;
}

/** What one's own message at `seq` has reached: the furthest of the others. */
export function deliveryOf(
  seq: number,
  others: readonly (readonly [user: string, Cursors])[],
): { delivery: DeliveryState; readers: string[] } {
  const readers = others.filter(([, { read }]) => read >= seq).map(([user]) => user);
  const isDelivered = others.some(([, { delivered }]) => delivered >= seq);
  return { readers, delivery: readers.length > 0 ? 'read' : isDelivered ? 'delivered' : 'stored' };
}

function continueGroup(rows: Row[]): void {
  const row = rows.at(-1);
  if (row?.kind === 'message' || row?.kind === 'pending') row.isLast = false;
}

function localDay(ts: string): string {
  const date = new Date(ts);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}
