// Frames on `/ws`: what a client may send (schemas: checked once, at the edge) and what it is answered (types).
import { z } from 'zod';
import type { FleetingEvent, LogEvent, OwnUser, RoomView } from './events.js';
import { CleanText, FrameId, FrameRoom, MessageId, Position, Seq } from './ids.js';
import { limits, type socketLimits } from './limits.js';
import { Meta } from './meta.js';
import type { ErrorCode, Outcome } from './errors.js';
import { isEmoji } from './text.js';

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
export const Emoji = z.string().refine(isEmoji, 'one emoji');

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

export interface ReadyFrame {
  type: 'ready';
  connection: string;
  session: string;
  gateway: string;
  user: OwnUser;
  heartbeat_ms: number;
  server_ts: string;
  notifications: number;
  rooms: RoomView[];
  limits: typeof socketLimits;
}

export type SyncedRoom = { seq: number; reset?: true } | { gone: true };

export interface SyncedFrame {
  type: 'synced';
  id?: string;
  rooms: Record<string, SyncedRoom>;
}

export interface AckFrame {
  type: 'ack';
  id: string;
  room: string;
  seq: number;
  ts: string;
  dup?: true;
}

export interface ErrorFrame {
  type: 'error';
  id?: string;
  code: ErrorCode;
  message: string;
  outcome: Outcome;
  retry_after_ms?: number;
}

export interface PongFrame {
  type: 'pong';
  id?: string;
  server_ts: string;
}

export type AnswerFrame = ReadyFrame | SyncedFrame | AckFrame | ErrorFrame | PongFrame;
export type ServerFrame = AnswerFrame | LogEvent | FleetingEvent;
