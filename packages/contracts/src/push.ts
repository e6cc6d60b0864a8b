// Web Push: which devices want to be told, and what a push brings them (RFC 8030, 8291, 8292).
import { z } from 'zod';
import { CleanText, Position, RoomId, SessionId, UserId } from './ids.js';
import { rpc } from './rpc.js';

/** Base64url of so many bytes, with or without padding. */
const bytes = (count: number) =>
  z
    .string()
    .max(128)
    .regex(new RegExp(`^[A-Za-z0-9_-]{${Math.ceil((count * 4) / 3)}}={0,2}$`), `${count} bytes as base64url`);

const Endpoint = CleanText.min(1).max(2_048);

/** A browser's `PushSubscription` as `toJSON()` writes it: therefore not in snake_case. */
export const pushSubscriptionBody = z.object({
  endpoint: Endpoint,
  expirationTime: z.number().nullish(),
  keys: z.object({
    /** The browser's key: an uncompressed point of P-256. */
    p256dh: bytes(65),
    auth: bytes(16),
  }),
});
export const endpointBody = z.object({ endpoint: Endpoint });
/** Without an endpoint every device of the caller is tried. */
export const testPushBody = z.object({ endpoint: Endpoint.optional() });

export type PushSubscriptionBody = z.infer<typeof pushSubscriptionBody>;

type Empty = Record<string, never>;

/** The server's own public key (VAPID): base64url of an uncompressed point of P-256. */
export const getPushKey = rpc<{ key: string }>()('natter.rpc.push.key', z.object({}));
/** The device belongs to the sign-in session it was named in, and is forgotten with it. Again: no change. */
export const addPushSubscription = rpc<Empty>()(
  'natter.rpc.push.subscribe',
  pushSubscriptionBody.extend({ actor: UserId, session: SessionId }),
  ['invalid'],
);
export const removePushSubscription = rpc<Empty>()(
  'natter.rpc.push.unsubscribe',
  endpointBody.extend({ actor: UserId }),
);

/** One step of a push on its way; the first that is not `ok` is where it ended. */
export const PushHop = z.object({
  hop: z.enum(['address', 'encryption', 'connection', 'push_service']),
  ok: z.boolean(),
  ms: z.number(),
  detail: z.string().describe('what was seen there, in words'),
});
export type PushHop = z.infer<typeof PushHop>;

/** What became of a test push to one device. That the device showed it, only the device knows: it tells its pages the `id`. */
export const PushTrace = z.object({ endpoint: z.string(), hops: z.array(PushHop) });
export type PushTrace = z.infer<typeof PushTrace>;

export const testPush = rpc<{ id: string; items: PushTrace[] }>()(
  'natter.rpc.push.test',
  testPushBody.extend({ actor: UserId }),
  ['not_found', 'rate_limited'],
);

/** What a push service hands to a device: JSON, encrypted for it alone (RFC 8291). */
export interface PushPayload {
  /** As in `notification`: the newest of those it stands for. A test has its own. */
  id: string;
  kind: 'message' | 'mention' | 'added' | 'system' | 'test';
  ts: string;
  room?: string;
  /** The room as it is called; of a direct message, who wrote. */
  title?: string;
  sender?: string;
  preview?: string;
  /** How many messages wait in the room, up to 100. */
  count?: number;
}

/** What one user has not received in one room: messages of others that are late, newer than what they were pushed. */
export interface Undelivered {
  user: string;
  room: string;
  /** What people call the room; of a direct message, null. */
  title: string | null;
  /** The member's own cursors. */
  delivered: number;
  /** Up to 100. */
  count: number;
  mentions: number;
  /** The newest of them. */
  seq: number;
  ts: string;
  sender: string;
  preview: string;
}

/**
 * Answered by the room-service: for each user and room whose preferences ask for it, what has not been confirmed `delivered` within
 * 10 s. `pushed`: up to which seq a room has been told already. At most 1,000 answers, the oldest of each user first.
 */
export const listUndelivered = rpc<{ items: Undelivered[] }>()(
  'natter.rpc.message.undelivered',
  z.object({
    users: z.array(UserId).max(100),
    pushed: z.array(z.tuple([UserId, RoomId, Position])).max(10_000),
  }),
);
