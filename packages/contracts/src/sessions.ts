// Who is connected where: what ws-gateways tell the session-service, and what others ask it.
import { z } from 'zod';
import { type Page, pageQuery } from './common.js';
import type { PresenceStatus } from './events.js';
import { ConnectionId, InstanceId, RoomId, SessionId, UserId } from './ids.js';
import { limits } from './limits.js';
import { rpc } from './rpc.js';
import { subjects } from './subjects.js';
import { Time } from './views.js';

/** A gateway instance renews its lease this often; it is dropped after `leaseTtlMs` without. */
export const leaseRenewMs = 5_000;
export const leaseTtlMs = 20_000;

export const ConnectionEntry = z.object({
  id: ConnectionId,
  user: UserId,
  session: SessionId,
  /** Set on a one-room socket. */
  room: RoomId.optional(),
  since: z.string(),
  /** Its client said that nobody looks; it may change while the connection lives. */
  away: z.literal(true).optional(),
});
export type ConnectionEntry = z.infer<typeof ConnectionEntry>;

export interface Lease {
  incarnation: string;
  /** Rises with each start of an instance: an older start that comes back is refused. */
  started_at: number;
  renewed_at: number;
}

/**
 * A batch of one instance's changes, in order; an empty one renews the lease. `full` replaces all that was known of the instance
 * (in parts: the first part clears, `more` says that another follows).
 * `anew: true` in the answer: nothing is known of this incarnation (first contact, or the store was lost); send everything.
 * `stale`: an incarnation that began at `started_at` has taken this id; register with a new one, begun later, and in full.
 */
export const registerInstance = rpc<{ anew?: true; stale?: { started_at: number } }>()(
  'natter.rpc.registry.register',
  z.object({
    instance: InstanceId,
    incarnation: z.string().max(64),
    started_at: z.number().int(),
    full: z.enum(['first', 'more']).optional(),
    opened: z.array(ConnectionEntry).max(2_000).default([]),
    closed: z.array(ConnectionId).max(2_000).default([]),
    interested: z.array(RoomId).max(2_000).default([]),
    uninterested: z.array(RoomId).max(2_000).default([]),
    /** The instance stops: drop its lease and all it registered. */
    goodbye: z.boolean().default(false),
  }),
);

export const LiveConnection = z.object({
  id: z.string(),
  user: z.string(),
  session: z.string(),
  gateway: z.string(),
  room: z.string().exactOptional().describe('of a one-room socket'),
  since: Time,
});
export type LiveConnection = z.infer<typeof LiveConnection>;

export const listConnections = rpc<{ items: LiveConnection[] }>()(
  'natter.rpc.connection.list',
  z.object({ user: UserId }),
);

/** All live connections, by gateway and then by id; with `user`, only that user's. */
export const listAllConnections = rpc<Page<LiveConnection>>()(
  'natter.rpc.connection.all',
  z.object({ user: UserId.optional(), ...pageQuery }),
  ['invalid'],
);

/**
 * Answered by one ws-gateway: bytes that wait to be sent, by connection; those it does not have are left out, by which the session-service
 * knows what is really there.
 */
export const getQueuedBytes = (instance: string) =>
  rpc<{ queued: Record<string, number> }>()(
    subjects.instanceQueued(instance),
    z.object({ connections: z.array(ConnectionId).max(limits.pageMax) }),
  );

/**
 * Event `subjects.connectionsExceeded`, from the session-service: users have more than `limits.connections` sockets over all instances;
 * these, the oldest, go. Told again until they have gone.
 */
export interface ConnectionsExceeded {
  connections: string[];
}

/**
 * Presence of users, in the order asked. `last_seen`: now for who is connected; else when the replica that answers saw them go,
 * null when it did not: the auth-service keeps it for longer.
 */
export const getPresence = rpc<{ items: { user: string; status: PresenceStatus; last_seen: string | null }[] }>()(
  'natter.rpc.presence.get',
  z.object({ users: z.array(UserId).max(512) }),
);

/** The instances that are alive. */
export const listInstances = rpc<{
  items: { instance: string; incarnation: string; connections: number; rooms: number }[];
}>()('natter.rpc.registry.instances', z.object({}));

/** On `subjects.typing`, from a ws-gateway: who began or ceased to type. A hint: whatever is lost ends by itself. */
export interface TypingChanges {
  items: TypingChange[];
}

export type TypingChange = [room: string, user: string, on: boolean];

/**
 * On `subjects.instanceHints`: what an instance may tell its sockets in these rooms, beside what is in their logs. A presence names
 * all rooms of at most `limits.presenceRoomMembers` that the user is in and the instance has sockets in.
 */
export interface InstanceHints {
  typing?: TypingChange[];
  presence?: PresenceChange[];
}

export interface PresenceChange {
  user: string;
  status: PresenceStatus;
  last_seen: string;
  rooms: string[];
}

/** Event `subjects.presenceBeat`: which replicas of the session-service are there; the least one tells presence. */
export interface PresenceBeat {
  replica: string;
}
