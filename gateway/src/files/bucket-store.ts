// Blobs in a bucket that speaks S3: `<blob>/<part>`. An object appears whole or not at all. Its length has to be said before its
// first byte, so what comes is put down on the local disk first, in a file that has no name and so ends with this process.
import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type BlobBytes, type BlobPart, blobParts, type BlobStore } from './blob-store.js';
import type { ByteRange } from './byte-range.js';

export interface BucketSettings {
  bucket: string;
  region: string;
  /** Of a bucket that is not at Amazon. */
  endpoint: string | undefined;
  /** The bucket's name stands in the path, not in the host. */
  pathStyle: boolean;
  /** Without them the machine's own: environment, role. */
  keys: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** Local folder for what is on its way. */
  spool: string;
}

const connectMs = 3_000;
/** Of silence. */
const silenceMs = 20_000;

/** What goes wrong is thrown, and said by who asked. */
const nothing = (): void => undefined;
const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export class BucketStore implements BlobStore {
  private readonly client: S3Client;
  private readonly spool: string;

  constructor(private readonly settings: BucketSettings) {
    const { region, endpoint, pathStyle, keys, spool } = settings;
    this.spool = resolve(spool);
    this.client = new S3Client({
      region,
      forcePathStyle: pathStyle,
      ...(endpoint !== undefined && { endpoint }),
      ...(keys && { credentials: keys }),
      requestHandler: { connectionTimeout: connectMs, socketTimeout: silenceMs, throwOnRequestTimeout: true },
      logger: quiet,
      // Not every bucket knows the checksums that Amazon's client would add.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async put(blob: string, part: BlobPart, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const file = await this.nameless();
    try {
      await writeFile(file, bytes);
      const { size } = await file.stat();
      const Body = file.createReadStream({ start: 0, autoClose: false });
      await this.client.send(new PutObjectCommand({ ...this.place(blob, part), Body, ContentLength: size }));
    } finally {
      await file.close();
    }
  }

  async read(blob: string, part: BlobPart, range?: ByteRange): Promise<BlobBytes | undefined> {
    const Range = range && `bytes=${range.first}-${range.last}`;
    try {
      const found = await this.client.send(new GetObjectCommand({ ...this.place(blob, part), Range }));
      const size = Number(found.ContentRange?.split('/')[1] ?? found.ContentLength);
      return { size, bytes: found.Body as Readable };
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined;
      throw error;
    }
  }

  async remove(blob: string): Promise<void> {
    for (const part of blobParts) await this.client.send(new DeleteObjectCommand(this.place(blob, part)));
  }

  close(): void {
    this.client.destroy();
  }

  private place(blob: string, part: BlobPart): { Bucket: string; Key: string } {
    return { Bucket: this.settings.bucket, Key: `${blob}/${part}` };
  }

  private async nameless(): Promise<FileHandle> {
    await mkdir(this.spool, { recursive: true });
    const path = join(this.spool, randomUUID());
    const file = await open(path, 'wx+');
    await rm(path);
    return file;
  }
}
