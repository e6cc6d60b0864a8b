// Frames on `/ws`: what a client may send (schemas: checked once, at the edge) and what it is answered (types).
import { z } from 'zod';
import { type ErrorCode, errorCatalogue } from './errors.js';
import type { FleetingEvent, LogEvent } from './events.js';
import { CleanText, FrameId, FrameRoom, MessageId, Position, Seq } from './ids.js';
import { limits, socketLimits } from './limits.js';
import { Meta } from './meta.js';
import { isEmoji } from './text.js';
import {
  ByeEvent,
  DeletedEvent,
  EditedEvent,
  MemberEvent,
  MessageEvent,
  NotificationEvent,
  OwnUser,
  PresenceEvent,
  ReactionEvent,
  ReceiptEvent,
  RoomAddedEvent,
  RoomEvent,
  RoomRemovedEvent,
  RoomView,
  Time,
  TypingEvent,
  UserEvent,
} from './views.js';

/** `too_long` and `empty` are answers of their own, so the schema leaves length to `bodyProblem`. */
export const Body = CleanText;

/** What a message is made of, on the socket and by REST. */
export const messageContent = {
  body: Body,
  thread: Seq.nullish(),
  reply_to: Seq.nullish(),
  files: z.array(CleanText.min(1).max(64)).max(limits.filesPerMessage).optional(),
  meta: Meta.optional(),
};

/** What a reaction is: one emoji, kept exactly as sent. */
export const Emoji = z.string().refine(isEmoji, 'one emoji').describe('one emoji');

const rooms = z.record(FrameRoom, Position).refine((map) => Object.keys(map).length <= limits.rooms, 'too many rooms');

export const helloFrame = z.object({
  type: z.literal('hello'),
  id: FrameId.optional(),
  client: z.string().max(200).optional(),
  rooms: rooms.optional(),
});
export const sendFrame = z.object({ type: z.literal('send'), id: MessageId, room: FrameRoom, ...messageContent });
export const editFrame = z.object({
  type: z.literal('edit'),
  id: MessageId,
  room: FrameRoom,
  target: Seq,
  body: Body,
});
export const deleteFrame = z.object({ type: z.literal('delete'), id: MessageId, room: FrameRoom, target: Seq });
export const reactFrame = z.object({
  type: z.literal('react'),
  id: MessageId,
  room: FrameRoom,
  target: Seq,
  emoji: Emoji,
  op: z.enum(['add', 'remove']),
});
export const receiptFrame = z.object({
  type: z.literal('receipt'),
  id: FrameId.optional(),
  room: FrameRoom,
  delivered: Position.optional(),
  read: Position.optional(),
});
export const typingFrame = z.object({
  type: z.literal('typing'),
  id: FrameId.optional(),
  room: FrameRoom,
  on: z.boolean(),
});
export const presenceFrame = z.object({
  type: z.literal('presence'),
  id: FrameId.optional(),
  status: z.enum(['online', 'away']),
});
export const syncFrame = z.object({ type: z.literal('sync'), id: FrameId, rooms });
export const pingFrame = z.object({ type: z.literal('ping'), id: FrameId.optional() });

/** Every frame a client may send, by type. */
export const clientFrames = {
  hello: helloFrame,
  send: sendFrame,
  edit: editFrame,
  delete: deleteFrame,
  react: reactFrame,
  receipt: receiptFrame,
  typing: typingFrame,
  presence: presenceFrame,
  sync: syncFrame,
  ping: pingFrame,
} as const;

export type ClientFrameType = keyof typeof clientFrames;
export type HelloFrame = z.infer<typeof helloFrame>;
export type SendFrame = z.infer<typeof sendFrame>;
export type EditFrame = z.infer<typeof editFrame>;
export type DeleteFrame = z.infer<typeof deleteFrame>;
export type ReactFrame = z.infer<typeof reactFrame>;
/** The frames that store: their `id` makes them safe to repeat, and one connection's to one room keep their order. */
export type StoringFrame = SendFrame | EditFrame | DeleteFrame | ReactFrame;
export type ReceiptFrame = z.infer<typeof receiptFrame>;
export type TypingFrame = z.infer<typeof typingFrame>;
export type PresenceFrame = z.infer<typeof presenceFrame>;
export type SyncFrame = z.infer<typeof syncFrame>;
export type PingFrame = z.infer<typeof pingFrame>;
export type ClientFrame =
  | HelloFrame
  | StoringFrame
  | ReceiptFrame
  | TypingFrame
  | PresenceFrame
  | SyncFrame
  | PingFrame;

const answers = {
  ready: z.object({
    type: z.literal('ready'),
    connection: z.string(),
    session: z.string(),
    gateway: z.string(),
    user: OwnUser,
    heartbeat_ms: z.int(),
    server_ts: Time,
    notifications: z.int().min(0).describe('how many are pending'),
    rooms: z.array(RoomView),
    limits: z.object(Object.fromEntries(Object.keys(socketLimits).map((name) => [name, z.int()])) as Limits),
  }),
  synced: z.object({
    type: z.literal('synced'),
    id: z.string().exactOptional().describe('of the `sync` it answers; none after `hello`'),
    rooms: z.record(
      z.string(),
      z.union([
        z.object({ seq: Position, reset: z.literal(true).exactOptional() }),
        z.object({ gone: z.literal(true) }),
      ]),
    ),
  }),
  ack: z.object({
    type: z.literal('ack'),
    id: z.string(),
    room: z.string(),
    seq: Seq,
    ts: Time,
    dup: z.literal(true).exactOptional().describe('it was stored before'),
  }),
  error: z.object({
    type: z.literal('error'),
    id: z.string().exactOptional().describe('of the frame it answers, where that had one'),
    code: z.enum(Object.keys(errorCatalogue) as [ErrorCode, ...ErrorCode[]]),
    message: z.string(),
    outcome: z.enum(['refused', 'unknown']),
    retry_after_ms: z.number().exactOptional(),
  }),
  pong: z.object({ type: z.literal('pong'), id: z.string().exactOptional(), server_ts: Time }),
};
type Limits = Record<keyof typeof socketLimits, z.ZodInt>;

/** Every frame a server may send, by type. Nothing is checked by these on its way out. */
export const serverFrames = {
  ...answers,
  message: MessageEvent,
  edited: EditedEvent,
  deleted: DeletedEvent,
  reaction: ReactionEvent,
  member: MemberEvent,
  room: RoomEvent,
  receipt: ReceiptEvent,
  typing: TypingEvent,
  presence: PresenceEvent,
  room_added: RoomAddedEvent,
  room_removed: RoomRemovedEvent,
  notification: NotificationEvent,
  user: UserEvent,
  bye: ByeEvent,
} as const satisfies { [Type in ServerFrame['type']]: z.ZodType<Extract<ServerFrame, { type: Type }>> };

export type ReadyFrame = z.infer<typeof answers.ready>;
export type SyncedFrame = z.infer<typeof answers.synced>;
export type SyncedRoom = SyncedFrame['rooms'][string];
export type AckFrame = z.infer<typeof answers.ack>;
export type ErrorFrame = z.infer<typeof answers.error>;
export type PongFrame = z.infer<typeof answers.pong>;

export type AnswerFrame = ReadyFrame | SyncedFrame | AckFrame | ErrorFrame | PongFrame;
export type ServerFrame = AnswerFrame | LogEvent | FleetingEvent;
