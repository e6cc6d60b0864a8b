// Names of things. Ids that stand in NATS subjects are single tokens: no dots, spaces or wildcards.
import { z } from 'zod';
import { isCleanText } from './text.js';

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ulidPattern = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i;
const namePattern = /^[a-z0-9][a-z0-9_-]{1,63}$/;

/** An id made by a server: a UUID in lower case. */
const serverId = z
  .string()
  .regex(uuidPattern, 'a UUID')
  .transform((id) => id.toLowerCase());

export const UserId = serverId;
export const RoomId = serverId;
export const SessionId = serverId;
export const FileId = serverId;
/** The bytes of a file; never told to clients. */
export const BlobId = serverId;

/** One running ws-gateway, for example `ws-1`; stands in subjects. */
export const InstanceId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
/** One WebSocket; unique over all instances and starts. */
export const ConnectionId = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const roomNameWords = '2–64 characters of a–z, 0–9, _ and -, beginning with a letter or digit, and not a UUID';

/** A room's unique name. Input is lower-cased first; never shaped like a UUID, so that a `{room}` is never ambiguous. */
export const RoomName = z
  .string()
  .transform((name) => name.toLowerCase())
  .refine((name) => namePattern.test(name) && !uuidPattern.test(name), roomNameWords)
  .describe(roomNameWords);

/** Wherever a path says `{room}`: the id or the name. */
export const RoomRef = z
  .string()
  .transform((ref) => ref.toLowerCase())
  .refine((ref) => uuidPattern.test(ref) || namePattern.test(ref), 'room id or name')
  .describe('id or name');

/** A room in a frame: its id. Anything else of this form names no room (`not_found`, `gone`), which is not a fault of shape. */
export const FrameRoom = z
  .string()
  .min(1)
  .max(64)
  .transform((id) => id.toLowerCase());

/** The id of a storing request, made by its sender: a UUID or a ULID, kept exactly as sent. */
export const MessageId = z
  .string()
  .refine((id) => uuidPattern.test(id) || ulidPattern.test(id), 'a UUID or a ULID')
  .describe('a UUID or a ULID');

/** The id of any other request: 1–64 visible ASCII characters. */
export const FrameId = z.string().regex(/^[\x21-\x7e]{1,64}$/, '1–64 visible ASCII characters');

/** An event's place in its room's log: from 1, no holes. */
export const Seq = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
/** A place to start after: 0 means from the beginning. */
export const Position = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** True for a room id, false for a room name. */
export const isRoomId = (ref: string): boolean => uuidPattern.test(ref);

/** True for what may be the id of a user. */
export const isUserId = (id: string): boolean => uuidPattern.test(id);

/** True for what may be the id of a file. */
export const isFileId = (id: string): boolean => uuidPattern.test(id);

/** Any text that can be stored and sent back exactly as it came. */
export const CleanText = z.string().refine(isCleanText, 'text without NUL and lone surrogates');
