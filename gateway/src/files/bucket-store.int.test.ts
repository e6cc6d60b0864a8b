// The bucket against a server that speaks as much S3 as is used here, and refuses what S3 refuses.
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BucketStore } from './bucket-store.js';

const objects = new Map<string, Buffer>();
let server: Server;
let spool: string;
let store: BucketStore;
let isBroken = false;

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const key = request.url?.split('?')[0] ?? '';
    const fail = (status: number, code: string) =>
      response.writeHead(status, { 'content-type': 'application/xml' }).end(`<Error><Code>${code}</Code></Error>`);
    if (isBroken) return void fail(503, 'SlowDown');
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=key/'))
      return void fail(403, 'AccessDenied');
    if (request.method === 'PUT') {
      if (request.headers['content-length'] === undefined) return void fail(411, 'MissingContentLength');
      objects.set(key, await buffer(request));
      return void response.setHeader('etag', '"x"').end();
    }
    if (request.method === 'DELETE') {
      objects.delete(key);
      return void response.writeHead(204).end();
    }
    const found = objects.get(key);
    if (found === undefined) return void fail(404, 'NoSuchKey');
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    if (first === undefined) return void response.setHeader('content-length', found.length).end(found);
    const part = found.subarray(Number(first), Number(last) + 1);
    response
      .writeHead(206, { 'content-range': `bytes ${first}-${last}/${found.length}`, 'content-length': part.length })
      .end(part);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  spool = await mkdtemp(join(tmpdir(), 'natter-spool-'));
  store = new BucketStore({
    bucket: 'natter',
    region: 'eu-central-1',
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pathStyle: true,
    keys: { accessKeyId: 'key', secretAccessKey: 'secret' },
    spool,
  });
});
afterAll(async () => {
  store.close();
  server.close();
  await rm(spool, { recursive: true });
});

async function* chunks(...all: Buffer[]): AsyncGenerator<Buffer> {
  yield* all;
}

describe('a blob in a bucket', () => {
  it('is read as it was written, whole and in ranges, and is gone when it is removed, also twice', async () => {
    const blob = randomUUID();
    const bytes = randomBytes(3_000_000);
    await store.put(blob, 'file', chunks(bytes.subarray(0, 70_000), bytes.subarray(70_000)));
    await store.put(blob, 'thumb', chunks());
    expect([...objects.keys()]).toEqual([`/natter/${blob}/file`, `/natter/${blob}/thumb`]);
    const whole = await store.read(blob, 'file');
    expect([whole?.size, whole && (await buffer(whole.bytes)).equals(bytes)]).toEqual([bytes.length, true]);
    const part = await store.read(blob, 'file', { first: 10, last: 19 });
    expect([part?.size, part && (await buffer(part.bytes))]).toEqual([bytes.length, bytes.subarray(10, 20)]);
    const empty = await store.read(blob, 'thumb');
    expect([empty?.size, empty && (await buffer(empty.bytes)).length]).toEqual([0, 0]);
    await store.remove(blob);
    await store.remove(blob);
    expect([objects.size, await store.read(blob, 'file')]).toEqual([0, undefined]);
  });

  it('that breaks off is not begun, and nothing of it is left on the local disk', async () => {
    async function* breaking(): AsyncGenerator<Buffer> {
      yield randomBytes(100_000);
      expect(await readdir(spool)).toEqual([]);
      throw new Error('cut');
    }
    await expect(store.put(randomUUID(), 'file', breaking())).rejects.toThrow('cut');
    expect([objects.size, await readdir(spool)]).toEqual([0, []]);
  });

  it('is not said to be kept, nor to be missing, while the bucket is away', async () => {
    isBroken = true;
    const blob = randomUUID();
    await expect(store.put(blob, 'file', chunks(Buffer.from('x')))).rejects.toThrow();
    await expect(store.read(blob, 'file')).rejects.toThrow();
    isBroken = false;
    await store.put(blob, 'file', chunks(Buffer.from('x')));
    expect((await store.read(blob, 'file'))?.size).toBe(1);
  });
});
