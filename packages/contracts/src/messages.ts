// The log: sending and reading by REST, and the hot path between ws-gateways and the room-service.
import { z } from 'zod';
import { type Page, pageLimit, pageQuery, wholeNumber } from './common.js';
import type { ErrorCode } from './errors.js';
import type { MemberChange, Role } from './events.js';
import { Body, messageContent } from './frames.js';
import { CleanText, MessageId, Position, RoomId, RoomRef, Seq, UserId } from './ids.js';
import { limits } from './limits.js';
import { rpc } from './rpc.js';
import { LogEvent, MessageEvent, Time } from './views.js';

const seqParam = wholeNumber(0, Number.MAX_SAFE_INTEGER);

/** `{seq}` in a path. */
export const SeqParam = wholeNumber(1, Number.MAX_SAFE_INTEGER);

/** REST makes an id itself when the caller brings none (then a repeat is a second message). */
export const sendBody = z.object({ id: MessageId.optional(), ...messageContent });
export const editBody = z.object({ id: MessageId.optional(), body: Body });
export const messagesQuery = z
  .object({
    before: seqParam.optional(),
    after: seqParam.optional(),
    /** The seq of a root: only what was said in its thread. */
    thread: SeqParam.optional(),
    limit: pageLimit,
  })
  .refine((query) => query.before === undefined || query.after === undefined, 'send before or after, not both');
export const eventsQuery = z.object({
  after: seqParam.default(0),
  limit: pageLimit,
});

/** Query of `GET /api/search/messages`. Matching is literal. */
export const searchMessagesQuery = z.object({
  q: CleanText.min(1).max(limits.searchChars),
  room: RoomRef.optional(),
  from: UserId.optional(),
  before_ts: z.iso
    .datetime({ offset: true })
    .refine((ts) => Date.parse(ts) >= 0)
    .optional(),
  ...pageQuery,
});

export const Stored = z.object({
  id: z.string(),
  room: z.string(),
  seq: Seq,
  ts: Time,
  dup: z.literal(true).exactOptional().describe('it was stored before'),
});
export type Stored = z.infer<typeof Stored>;

const logPage = <Event extends z.ZodType>(event: Event) =>
  z.object({ items: z.array(event), last_seq: Position, more: z.boolean() });

export const MessagePage = logPage(MessageEvent);
export type MessagePage = z.infer<typeof MessagePage>;

export const EventPage = logPage(LogEvent);
export type EventPage = z.infer<typeof EventPage>;

const actorIn = { actor: UserId, room: RoomRef };

export const sendMessage = rpc<Stored>()(
  'natter.rpc.message.send',
  z.object({ ...actorIn, username: z.string(), id: MessageId, ...messageContent }),
  ['not_found', 'not_member', 'id_conflict', 'too_long', 'empty', 'rate_limited'],
);
/** Answers with the message as it is then. */
export const editMessage = rpc<z.infer<typeof MessageEvent>>()(
  'natter.rpc.message.edit',
  z.object({ ...actorIn, username: z.string(), id: MessageId, target: Seq, body: Body }),
  ['not_found', 'not_member', 'forbidden', 'gone', 'id_conflict', 'too_long', 'empty'],
);
export const deleteMessage = rpc<Record<string, never>>()(
  'natter.rpc.message.delete',
  z.object({ ...actorIn, username: z.string(), id: MessageId, target: Seq }),
  ['not_found', 'not_member', 'forbidden', 'gone', 'id_conflict'],
);
export const listMessages = rpc<MessagePage>()(
  'natter.rpc.message.list',
  z.object({
    ...actorIn,
    before: Position.optional(),
    after: Position.optional(),
    thread: Seq.optional(),
    limit: z.number().int().min(1).max(limits.pageMax),
  }),
  ['not_found', 'not_member'],
);
/** Messages in the actor's rooms, the newest first. `next` may be there after a short page: what is older has not been looked at. */
export const searchMessages = rpc<Page<z.infer<typeof MessageEvent>>>()(
  'natter.rpc.message.search',
  searchMessagesQuery.extend({ actor: UserId }),
  ['not_found', 'not_member', 'invalid'],
);
export const listEvents = rpc<EventPage>()(
  'natter.rpc.event.list',
  z.object({ ...actorIn, after: Position, limit: z.number().int().min(1).max(limits.pageMax) }),
  ['not_found', 'not_member'],
);

/** Cursors of members, gathered by ws-gateways. They only rise; above a room's last seq they are cut to it; not a member: ignored. */
export const advanceCursors = rpc<Record<string, never>>()(
  'natter.rpc.cursor.advance',
  z.object({
    items: z
      .array(z.object({ user: UserId, room: RoomId, delivered: Position.optional(), read: Position.optional() }))
      .max(1_000),
  }),
);

// ---- hot path: no schema, the ws-gateway is the edge that checked ------------------------------------------------------

interface ItemBase {
  /** The asking instance's own number for it. */
  ref: number;
  room: string;
  /** Who asks, and under which name. */
  sender: string;
  username: string;
  id: string;
}

/** The commonest item says nothing of its type. */
export interface SendItem extends ItemBase {
  type?: undefined;
  body: string;
  thread?: number;
  reply_to?: number;
  files?: string[];
  meta?: Record<string, unknown>;
}
export interface EditItem extends ItemBase {
  type: 'edit';
  target: number;
  body: string;
}
export interface DeleteItem extends ItemBase {
  type: 'delete';
  target: number;
}
export interface ReactItem extends ItemBase {
  type: 'react';
  target: number;
  emoji: string;
  op: 'add' | 'remove';
}

/** One request on its way to the log. */
export type AppendItem = SendItem | EditItem | DeleteItem | ReactItem;

/** On `subjects.append`: in the order in which the senders sent them, at most 512. One room is in at most one request in flight. */
export interface AppendRequest {
  instance: string;
  items: AppendItem[];
}

/**
 * On `subjects.page`: events with seq in (after, after + limit], fewer when they would not fit into one NATS message: `lastSeq`
 * tells whether there is more. `after` and the answer know nothing of who asks: the caller checked. No answer: ask again.
 */
export interface PageRequest {
  room: string;
  after: number;
  /** At most 500. */
  limit: number;
}

/**
 * Header of a delivery block: what a ws-gateway must know of the bytes that follow it, without parsing them.
 * A block is: u32 (big endian) length of the header, the header as JSON, then the events' JSON one after another.
 */
export interface DeliveryHeader {
  /** Requests that are stored: the ref of the request, seq, ts, and true when it was stored before. */
  acks: [ref: number, seq: number, ts: string, dup?: true][];
  /** Sends that are not, or of which it is not known. */
  errors: [ref: number, code: ErrorCode, retryAfterMs?: number | null, detail?: string][];
  /**
   * Log events (`seq` ≥ 1) and fleeting ones (`seq` 0), with their length in bytes; member events also say whom they move, and
   * `edited`, `deleted` and `reaction` which message they are about: what was said of it before is out of date.
   */
  events: [room: string, seq: number, bytes: number, member?: MemberMove | null, about?: number][];
  /** Pages only: the room's last seq; null when there is no such room. */
  lastSeq?: number | null;
  /** Pages only: members may not see what was before they joined. */
  sinceJoin?: true;
}

export interface MemberMove {
  user: string;
  change: MemberChange;
  role: Role | null;
}
