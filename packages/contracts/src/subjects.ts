// Every NATS subject, spelled here and nowhere else: natter.rpc.<entity>.<verb>, natter.event.<entity>.<fact>,
// natter.instance.<id>.<verb>. Calls (`natter.rpc.*`) that have a schema carry their subject in their own definition.

/** Queue groups: each call reaches one replica. */
export const queues = {
  auth: 'auth-service',
  rooms: 'room-service',
  sessions: 'session-service',
  notifications: 'notification-service',
} as const;

const token = /^[A-Za-z0-9_-]{1,64}$/;

/** Refuses anything that is not one subject token: an id must never widen a subject. */
const one = (id: string): string => {
  if (!token.test(id)) throw new TypeError('not a single subject token');
  return id;
};

export const subjects = {
  /** Hot path, raw JSON `AppendRequest`; the answers come on `instanceDeliver`. Queue group `rooms`. */
  append: 'natter.log.append',
  /** Hot path, raw: `PageRequest` → one delivery block with the events of one room after a seq. Queue group `rooms`. */
  page: 'natter.log.page',
  /** Acks and events for one ws-gateway, as delivery blocks. */
  instanceDeliver: (instance: string): string => `natter.instance.${one(instance)}.deliver`,
  /** Reply subject of one append request: only «no responders» ever arrives here. */
  instanceAppendReply: (instance: string, request: number): string =>
    `natter.instance.${one(instance)}.appended.${request}`,
  instanceAppendReplies: (instance: string): string => `natter.instance.${one(instance)}.appended.*`,
  /** Call `getQueuedBytes` to one ws-gateway. */
  instanceQueued: (instance: string): string => `natter.instance.${one(instance)}.queued`,

  /** `TypingChanges`, raw. Queue group `sessions`. */
  typing: 'natter.hint.typing',
  /** `InstanceHints`: typing and presence for the sockets of one ws-gateway. */
  instanceHints: (instance: string): string => `natter.instance.${one(instance)}.hints`,

  /** `LogBeat`, every second from every room-service replica. */
  logBeat: 'natter.event.log.beat',
  /** `MembershipChanged`: somebody is in a room, or no longer. */
  membershipChanged: 'natter.event.membership.changed',
  /** `RoomDeleted`. */
  roomDeleted: 'natter.event.room.deleted',
  /** `SessionsEnded`. */
  sessionsEnded: 'natter.event.session.ended',
  /** `UserChanged`. */
  userChanged: 'natter.event.user.changed',
  /** `NotificationAdded`: something that is no message happened to a user. */
  notificationAdded: 'natter.event.notification.added',
  /** The session-service lost its store, or never had it: every ws-gateway registers anew. */
  registryReset: 'natter.event.registry.reset',
  /** `ConnectionsExceeded`: every ws-gateway closes those of these that are its own. */
  connectionsExceeded: 'natter.event.connection.exceeded',
  /** `PresenceBeat`, every second from every session-service replica. */
  presenceBeat: 'natter.event.presence.beat',
} as const;

/** Answers to a service's calls come on subjects below this one, which no other service may hear. */
export const inboxOf = (service: string): string => `_INBOX.${one(service)}`;

/** NATS KV buckets; the session-service owns them, the room-service watches `interest`. */
export const buckets = {
  /** Key `<room id>.<instance id>`, value: the incarnation. */
  interest: 'natter_interest',
  /** Key `<instance id>.<connection id>`, value: JSON `ConnectionEntry`. */
  connections: 'natter_connections',
  /** Key `<instance id>`, value: JSON `Lease`. */
  leases: 'natter_leases',
} as const;
