// Files: their bytes are kept by the gateways (a folder or a bucket), their records by the room-service.
//
// Bytes are called a blob. Every blob is at any moment either what a record points at, or listed as stray: from before its first byte
// is written until its record is committed, and again when the record goes. So whatever dies, nothing stays behind unknown.
import { z } from 'zod';
import { BlobId, CleanText, FileId, RoomRef, UserId } from './ids.js';
import { limits } from './limits.js';
import { rpc } from './rpc.js';
import { FileRef } from './views.js';

/** What an upload is answered with. `sha256`: of the bytes, in hex. */
export const StoredFile = FileRef.extend({ sha256: z.string() });
export type StoredFile = z.infer<typeof StoredFile>;

/** A file whose bytes somebody may have. */
export interface FileRecord extends StoredFile {
  blob: string;
}

/** Query of `GET /api/files/{id}`. `thumb`: a small picture of a picture. */
export const fileQuery = z.object({ thumb: z.literal('1').optional() });

const target = { actor: UserId, room: RoomRef, id: FileId };
const fileSize = z.number().int().min(0).max(limits.file_bytes);
type Empty = Record<string, never>;

/**
 * May this user put a file of about this size into this room? `known`: the file that this id has become already; otherwise the blob's
 * bytes may be written, and are removed again unless `commitFile` follows within 20 minutes.
 */
export const beginFile = rpc<{ known: StoredFile | null }>()(
  'natter.rpc.file.begin',
  z.object({ ...target, blob: BlobId, size: fileSize }),
  ['not_found', 'not_member', 'forbidden', 'quota', 'idempotency_mismatch'],
);

/**
 * The blob's bytes are durable: makes the record. Where the id is that of the same file already, that one is the answer, and the
 * blob in it tells which bytes are kept. After an error other than `timeout` the blob is no file and never will be.
 */
export const commitFile = rpc<FileRecord>()(
  'natter.rpc.file.commit',
  z.object({
    ...target,
    blob: BlobId,
    name: CleanText.min(1).max(255),
    size: fileSize,
    type: z.string().max(100),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  ['not_found', 'not_member', 'forbidden', 'quota', 'idempotency_mismatch', 'gone'],
);

/** The file, if this user may see it. */
export const getFile = rpc<FileRecord>()('natter.rpc.file.get', z.object({ actor: UserId, id: FileId }), ['not_found']);

/** Blobs whose bytes are to be removed now; those that are not forgotten come again after 30 s. */
export const claimStrayBlobs = rpc<{ blobs: string[] }>()(
  'natter.rpc.blob.claim',
  z.object({ limit: z.number().int().min(1).max(1_000) }),
);

/** The bytes of these are removed. Each has to be removed twice: a thumbnail in the making may come after the first time. */
export const forgetStrayBlobs = rpc<Empty>()('natter.rpc.blob.forget', z.object({ blobs: z.array(BlobId).max(1_000) }));

/** Nothing will come of this blob, and its bytes are removed already: it need not wait. */
export const dropBlob = rpc<Empty>()('natter.rpc.blob.drop', z.object({ blob: BlobId }));
