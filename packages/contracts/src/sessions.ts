// Who is connected where: what ws-gateways tell the session-service, and what others ask it.
import { z } from 'zod';
import { ConnectionId, InstanceId, RoomId, SessionId, UserId } from './ids.js';
import { rpc } from './rpc.js';

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
 * `stale: true`: a newer incarnation has taken this id; register with a new one, and in full.
 */
export const registerInstance = rpc<{ anew?: true; stale?: true }>()(
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

export interface LiveConnection {
  id: string;
  user: string;
  session: string;
  gateway: string;
  room?: string;
  since: string;
}

export const listConnections = rpc<{ items: LiveConnection[] }>()(
  'natter.rpc.connection.list',
  z.object({ user: UserId }),
);

/** Event `subjects.connectionsExceeded`: a user has more than `limits.connections` sockets over all instances; the oldest go. */
export interface ConnectionsExceeded {
  user: string;
  connections: string[];
}

export type PresenceStatus = 'online' | 'away' | 'offline';

/** Presence of users, in the order asked. */
export const getPresence = rpc<{ items: { user: string; status: PresenceStatus; last_seen: string | null }[] }>()(
  'natter.rpc.presence.get',
  z.object({ users: z.array(UserId).max(512) }),
);

/** The instances that are alive. */
export const listInstances = rpc<{
  items: { instance: string; incarnation: string; connections: number; rooms: number }[];
}>()('natter.rpc.registry.instances', z.object({}));
