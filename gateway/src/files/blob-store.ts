// Where the bytes of files are: a folder that all gateways share, or a bucket. A blob has up to two parts: the file as it was sent,
// and a small picture of it.
import type { Readable } from 'node:stream';
import type { Config } from '../config.js';
import type { ByteRange } from './byte-range.js';
import { FolderStore } from './folder-store.js';

export const blobParts = ['file', 'thumb'] as const;
export type BlobPart = (typeof blobParts)[number];

/** Injection token of the `BlobStore`. */
export const BLOBS = Symbol('blobs');

export interface BlobStore {
  /**
   * Writes a part. When it resolves the bytes are on the disk, through a loss of power; before, nobody can read them; when it rejects
   * nothing is left.
   *
   * @throws what `bytes` throws, or the error of the disk or bucket
   */
  put(blob: string, part: BlobPart, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  /** The bytes of a part, or a range of them; undefined when it is not there. */
  read(blob: string, part: BlobPart, range?: ByteRange): Promise<BlobBytes | undefined>;
  /** Removes all of a blob. Idempotent. */
  remove(blob: string): Promise<void>;
}

export interface BlobBytes {
  /** Of the whole part. */
  size: number;
  bytes: Readable;
}

/** The store that the settings name. The bucket's client, which is large, is only loaded where there is a bucket. */
export async function openBlobStore(config: Config): Promise<BlobStore> {
  const { NATTER_S3_BUCKET: bucket, NATTER_S3_ACCESS_KEY: accessKeyId, NATTER_S3_SECRET_KEY: secretAccessKey } = config;
  if (bucket === undefined) return new FolderStore(config.NATTER_FILES_DIR);
  const { BucketStore } = await import('./bucket-store.js');
  return new BucketStore({
    bucket,
    region: config.NATTER_S3_REGION,
    endpoint: config.NATTER_S3_ENDPOINT,
    pathStyle: config.NATTER_S3_PATH_STYLE,
    keys: accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey },
    spool: config.NATTER_FILES_DIR,
  });
}
