// The absent: what is pending for a user, and what they have seen of it.
import { z } from 'zod';
import { pageQuery, type Page } from './common.js';
import type { Notification } from './events.js';
import { CleanText, Position, RoomId, UserId } from './ids.js';
import { rpc } from './rpc.js';

/** `ids`: these; `up_to`: this one and all that are older. */
export const ackNotificationsBody = z
  .object({
    ids: z.array(CleanText.min(1).max(100)).max(1_000).optional(),
    up_to: CleanText.min(1).max(100).optional(),
  })
  .refine((body) => (body.ids === undefined) !== (body.up_to === undefined), 'send ids or up_to, and not both');

/** Users in one call: what all of them have pending still fits into an answer on the bus. */
export const pendingUsersMax = 32;

/** The stable id of the notification about a message. */
export const messageNotificationId = (room: string, seq: number): string => `${room}.${seq}`;

/** Pending ones of a user, oldest first; `count` is of all of them, up to 1,000. */
export const listNotifications = rpc<Page<Notification> & { count: number }>()(
  'natter.rpc.notification.list',
  z.object({ actor: UserId, ...pageQuery }),
);
/** What many users have pending, the oldest `limit` of each, in the order asked: what ws-gateways ask when sockets open. */
export const listPending = rpc<{ users: { user: string; items: Notification[]; count: number }[] }>()(
  'natter.rpc.notification.pending',
  z.object({ users: z.array(UserId).min(1).max(pendingUsersMax), limit: z.number().int().min(1).max(100) }),
);
export const ackNotifications = rpc<Record<string, never>>()(
  'natter.rpc.notification.ack',
  z.object({
    actor: UserId,
    ids: z.array(z.string()).max(1_000).optional(),
    up_to: z.string().optional(),
  }),
);

/** A closed range of seqs. */
export const SeqRange = z.tuple([Position, Position]);
export type SeqRange = z.infer<typeof SeqRange>;

export interface LateMessage {
  room: string;
  seq: number;
  ts: string;
  preview: string;
  mention: boolean;
}

export interface LateMessages {
  items: LateMessage[];
  /** Of all there are, up to 1,000. */
  count: number;
  /**
   * How far the user has read in every room they are in: what was dismissed below, or is about other rooms, can be forgotten. Empty
   * where it was not asked for.
   */
  read: Record<string, number>;
}

/**
 * Answered by the room-service: messages of others that were not confirmed `delivered` within 10 s and are not read, less the
 * dismissed ones, the oldest `limit` of each user, in the order asked.
 */
export const listLateMessages = rpc<{ users: LateMessages[] }>()(
  'natter.rpc.message.late',
  z.object({
    users: z
      .array(
        z.object({
          user: UserId,
          dismissed: z.record(RoomId, z.array(SeqRange).max(1_000)),
          after: z.object({ ts: z.string(), room: RoomId, seq: Position }).optional(),
          /** False: how far they have read is of no interest. */
          read: z.boolean().optional(),
        }),
      )
      .min(1)
      .max(pendingUsersMax),
    limit: z.number().int().min(1).max(1_000),
  }),
);

/** Answered by the notification-service: something happened to a user that is no message («you were added»). Idempotent on `id`. */
export const addNotice = rpc<Record<string, never>>()(
  'natter.rpc.notification.add',
  z.object({
    id: z.string().max(100),
    user: UserId,
    kind: z.enum(['added', 'system']),
    room: RoomId.optional(),
    preview: z.string().max(500).optional(),
    ts: z.string(),
  }),
);

/** Event `subjects.notificationAdded`, a hint that may be lost: what was added is pending all the same. */
export interface NotificationAdded {
  user: string;
  notification: Notification;
}
