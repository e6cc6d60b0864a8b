// What stands in the log: the JSON of an event as clients see it, without its place, made once. With its place in front it
// is the event, byte for byte the same live, replayed and by REST.
import type { FileRef, LogEvent, Role, User } from '@natter/contracts/events';
import type { AppendItem, MemberMove } from '@natter/contracts/messages';
import type { EventBytes } from '@natter/service-kit/delivery';

/** An event with its place. */
export interface PlacedEvent {
  room: string;
  seq: number;
  type: LogEvent['type'];
  /** RFC 3339 UTC with milliseconds. */
  ts: string;
  payload: string;
}

export const messagePayload = (item: AppendItem): string =>
  JSON.stringify({
    id: item.id,
    sender: { id: item.sender, username: item.username },
    body: item.body,
    thread: item.thread ?? null,
    reply_to: item.reply_to ?? null,
    files: [],
    mentions: [],
    reactions: {},
    replies: null,
    edited_at: null,
    deleted: false,
    meta: item.meta,
  });

export const memberPayload = (user: User, change: MemberMove['change'], role: Role | null, by: User): string =>
  JSON.stringify({ user, change, role, by });

/** The event's JSON. A payload is never an empty object. */
export const eventJson = (event: PlacedEvent): string =>
  `{"type":"${event.type}","room":"${event.room}","seq":${event.seq},"ts":"${event.ts}",${event.payload.slice(1)}`;

/** The event as it travels to ws-gateways; member events say whom they move. */
export function eventBytes(event: PlacedEvent): EventBytes {
  const bytes = Buffer.from(eventJson(event));
  if (event.type !== 'member') return { room: event.room, seq: event.seq, bytes };
  const { user, change, role } = JSON.parse(event.payload) as { user: User } & Omit<MemberMove, 'user'>;
  return { room: event.room, seq: event.seq, bytes, member: { user: user.id, change, role } };
}

interface Content {
  body: string;
  thread: number | null;
  reply_to: number | null;
  files: FileRef[];
  meta?: unknown;
}

/** True when two payloads say the same: then one is a repeat of the other. Who sent them, under which name, does not matter. */
export function sameContent(stored: string, sent: string): boolean {
  if (stored === sent) return true;
  const a = JSON.parse(stored) as Content;
  const b = JSON.parse(sent) as Content;
  return (
    a.body === b.body &&
    a.thread === b.thread &&
    a.reply_to === b.reply_to &&
    a.files.map(({ id }) => id).join() === b.files.map(({ id }) => id).join() &&
    canonical(a.meta) === canonical(b.meta)
  );
}

/** JSON with the keys of every object in one order. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? '';
