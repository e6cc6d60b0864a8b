// What stands in the log: the JSON of an event as clients see it, without its place, made once. With its place in front it
// is the event, byte for byte the same live, replayed and by REST, until something becomes of the message.
import type { LogEvent, Role, User } from '@natter/contracts/events';
import type { MemberMove, SendItem } from '@natter/contracts/messages';
import type { EventBytes } from '@natter/service-kit/delivery';

/** What has become of a message since it was said. */
export interface Marks {
  reactions: Record<string, string[]> | null;
  replies: { count: number; last_seq: number } | null;
}

/** An event with its place. */
export interface PlacedEvent {
  room: string;
  seq: number;
  type: LogEvent['type'];
  /** RFC 3339 UTC with milliseconds. */
  ts: string;
  payload: string;
  /** Of `edited`, `deleted` and `reaction`: the seq of the message; of a message in a thread: the root. */
  target?: number | null;
  /** Of `edited`: the payload of the message as it is now. */
  about?: string | null;
  /** Of a message with reactions or replies. */
  marks?: Marks | undefined;
}

export const messagePayload = (item: SendItem): string =>
  JSON.stringify({
    id: item.id,
    sender: { id: item.sender, username: item.username },
    body: item.body,
    thread: item.thread ?? null,
    reply_to: item.reply_to ?? null,
    // What they are the database knows; ids are enough to tell a repeat.
    files: (item.files ?? []).map((id) => ({ id: id.toLowerCase() })),
    mentions: [],
    reactions: {},
    replies: null,
    edited_at: null,
    deleted: false,
    meta: item.meta,
  });

export const memberPayload = (user: User, change: MemberMove['change'], role: Role | null, by: User): string =>
  JSON.stringify({ user, change, role, by });

/** The event's JSON, as things are now. A payload is never an empty object. */
export const eventJson = (event: PlacedEvent): string =>
  `{"type":"${event.type}","room":"${event.room}","seq":${event.seq},"ts":"${event.ts}",${payloadNow(event).slice(1)}`;

/** The event as it travels to ws-gateways; some say whom they move, some which message they change. */
export function eventBytes(event: PlacedEvent): EventBytes {
  const bytes = Buffer.from(eventJson(event));
  const { room, seq, type, payload, target } = event;
  if (type === 'member') {
    const { user, change, role } = JSON.parse(payload) as { user: User } & Omit<MemberMove, 'user'>;
    return { room, seq, bytes, member: { user: user.id, change, role } };
  }
  if (type === 'message' || typeof target !== 'number') return { room, seq, bytes };
  return { room, seq, bytes, about: target };
}

/** An edit shows the newest text, or none once the message is deleted; a message shows its reactions and replies. */
function payloadNow({ payload, about, marks }: PlacedEvent): string {
  if (typeof about === 'string') {
    const { body, mentions } = JSON.parse(about) as { body?: string; mentions: string[] };
    return body === undefined ? payload : JSON.stringify({ ...(JSON.parse(payload) as object), body, mentions });
  }
  if (marks === undefined) return payload;
  const { reactions, replies } = marks;
  return JSON.stringify({ ...(JSON.parse(payload) as object), reactions: reactions ?? {}, replies });
}
