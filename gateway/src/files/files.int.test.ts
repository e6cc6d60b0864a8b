// Uploads as hostile as they come, against a gateway whose room-service is a stand-in: what is refused, how, and that nothing stays.
import { randomUUID } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { NatterError } from '@natter/contracts/errors';
import { beginFile, claimStrayBlobs, commitFile, dropBlob, forgetStrayBlobs, getFile } from '@natter/contracts/files';
import { limits } from '@natter/contracts/limits';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { raw } from '../testing/raw.js';
import { type Asked, startTestGateway, type TestGateway } from '../testing/test-gateway.js';

let gateway: TestGateway;
const user = randomUUID();

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

beforeEach(() => {
  const { services } = gateway;
  services.answer(beginFile, () => ({ known: null }));
  services.answer(commitFile, ({ actor: _, room: __, ...file }) => file);
  services.answer(dropBlob, () => ({}));
  services.answer(claimStrayBlobs, () => ({ blobs: [] }));
  services.answer(forgetStrayBlobs, () => ({}));
});
/** Whatever happened: an upload that is no file leaves nothing on the disk. */
const filesLeft = async (): Promise<string[]> => {
  const entries = await readdir(gateway.filesDir, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
};
afterEach(() => rm(gateway.filesDir, { recursive: true, force: true }));

const part = (parameters: string, body = 'x', more = ''): string =>
  `--B\r\nContent-Disposition: form-data; ${parameters}\r\n${more}\r\n${body}\r\n`;
const aFile = part('name="file"; filename="a.txt"');
const form = (...parts: string[]): string => `${parts.join('')}--B--\r\n`;

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function post(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  path = 'rooms/general/files',
): Promise<Answer> {
  const response = await fetch(`${gateway.url}/api/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${gateway.token(user)}`,
      'content-type': 'multipart/form-data; boundary=B',
      ...headers,
    },
    body: typeof body === 'string' ? body : Buffer.from(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const committed = (): Asked | undefined => gateway.services.of(commitFile).at(-1);
const commits = (): number => gateway.services.of(commitFile).length;

/** The head of an upload, for a bare connection. */
const head = (length: number | 'chunked'): string =>
  [
    'POST /api/rooms/general/files HTTP/1.1',
    'Host: x',
    `Authorization: Bearer ${gateway.token(user)}`,
    'Content-Type: multipart/form-data; boundary=B',
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`,
    '\r\n',
  ].join('\r\n');

describe('an upload', () => {
  it('tells the room-service before and after, and the same blob both times', async () => {
    expect(await post(form(aFile))).toMatchObject({
      status: 201,
      body: { name: 'a.txt', size: 1, type: 'text/plain' },
    });
    const begun = gateway.services.of(beginFile).at(-1);
    expect(begun).toMatchObject({ actor: user, room: 'general', size: 0 });
    expect(committed()).toMatchObject({ blob: begun?.['blob'], id: begun?.['id'], size: 1 });
    expect(await filesLeft()).toEqual(['file']);
  });

  it('may have other fields before and behind its file, which are ignored', async () => {
    const text = part('name="comment"', 'hello');
    expect((await post(form(text, aFile, text))).status).toBe(201);
    expect(committed()).toMatchObject({ size: 1 });
  });

  it('is not believed about its type or its length', async () => {
    const lie = part('name="file"; filename="a.png"', '<script>', 'Content-Type: image/png\r\nContent-Length: 5\r\n');
    expect(await post(form(lie))).toMatchObject({ status: 201, body: { type: 'text/plain', size: 8 } });
  });

  it('of a picture that is also a page is served as the picture it is', async () => {
    const polyglot = 'GIF89a/*\x01\0\x01\0\0\0\0*/=1;<script>alert(1)</script>';
    const body = Buffer.from(form(part('name="file"; filename="x.html"', polyglot)), 'latin1');
    expect((await post(body)).body).toMatchObject({ type: 'image/gif', name: 'x.html' });
  });

  it.each([
    ['a path', 'filename="../../etc/passwd"', 'passwd'],
    ['turned text', 'filename="invoice\u202Egpj.exe"', 'invoicegpj.exe'],
    ['line ends', 'filename="a%0D%0ASet-Cookie: x.txt"', 'aSet-Cookie: x.txt'],
    ['nothing', 'filename=""', 'file'],
    ['very much', `filename="${'x'.repeat(5_000)}.txt"`, `${'x'.repeat(251)}.txt`],
  ])('with %s for a name is given a safe one', async (_, parameters, name) => {
    expect(await post(form(part(`name="file"; ${parameters}`)))).toMatchObject({ status: 201, body: { name } });
  });

  it.each([
    ['no file', form(part('name="other"; filename="a"')), {}, 400, 'bad_request'],
    ['a field instead of a file', form(part('name="file"', 'text')), {}, 400, 'bad_request'],
    ['two files', form(aFile, aFile), {}, 400, 'bad_request'],
    ['nothing at all', '', {}, 400, 'bad_request'],
    ['another boundary', form(aFile), { 'content-type': 'multipart/form-data; boundary=C' }, 400, 'bad_request'],
    ['no boundary', form(aFile), { 'content-type': 'multipart/form-data' }, 400, 'bad_request'],
    ['a form that is cut', aFile, {}, 400, 'bad_request'],
    ['headers that do not end', `--B\r\nX: ${'y'.repeat(20_000)}`, {}, 400, 'bad_request'],
    ['another field that is huge', form(part('name="x"', 'y'.repeat(100_000)), aFile), {}, 413, 'too_large'],
    ['compression', gzipSync(form(aFile)), { 'content-encoding': 'gzip' }, 415, 'media_type'],
    ['JSON', '{}', { 'content-type': 'application/json' }, 415, 'media_type'],
    ['another multipart', form(aFile), { 'content-type': 'multipart/mixed; boundary=B' }, 415, 'media_type'],
  ])('with %s is refused, and leaves nothing', async (_, body, headers, status, code) => {
    const before = commits();
    expect(await post(body, headers)).toMatchObject({ status, body: { code } });
    expect([commits(), await filesLeft()]).toEqual([before, []]);
  });

  it('of one byte too much is refused as soon as that byte is there', async () => {
    const connection = await raw(gateway.port);
    connection.send(head('chunked'));
    const start = '--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n';
    connection.send(`${start.length.toString(16)}\r\n${start}\r\n`);
    const megabyte = Buffer.alloc(1_048_576, 'x');
    for (let sent = 0; sent <= limits.file_bytes; sent += megabyte.length) {
      connection.send(`${megabyte.length.toString(16)}\r\n`);
      connection.send(megabyte);
      connection.send('\r\n');
    }
    expect(await connection.until(/"too_large"/)).toMatch(/^HTTP\/1\.1 413 /);
    // Nothing ends the body; the connection ends all the same.
    await connection.closed;
    expect(await filesLeft()).toEqual([]);
  });

  it('that says it is too large is refused before it is read', async () => {
    const connection = await raw(gateway.port);
    const before = gateway.services.of(beginFile).length;
    connection.send(head(limits.file_bytes * 2));
    expect(await connection.until(/"too_large"/)).toMatch(/^HTTP\/1\.1 413 /);
    expect(gateway.services.of(beginFile)).toHaveLength(before);
    connection.socket.destroy();
  });

  it('that breaks off leaves nothing, and the room-service is told', async () => {
    const dropped = gateway.services.of(dropBlob).length;
    const connection = await raw(gateway.port);
    connection.send(head(1_000_000));
    connection.send('--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n');
    connection.send(Buffer.alloc(500_000, 'x'));
    await expect.poll(filesLeft).toHaveLength(1);
    connection.socket.destroy();
    await expect.poll(filesLeft).toEqual([]);
    await expect.poll(() => gateway.services.of(dropBlob).length).toBe(dropped + 1);
  });

  it('waits for its turn while its sender has four under way', async () => {
    const open = await Promise.all(Array.from({ length: limits.uploadsPerUser }, () => raw(gateway.port)));
    const before = gateway.services.of(beginFile).length;
    for (const { send } of open) send(`${head(1_000)}--B\r\n`);
    await expect.poll(() => gateway.services.of(beginFile).length).toBe(before + open.length);
    expect(await post(form(aFile))).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    for (const { socket } of open) socket.destroy();
    await expect.poll(async () => (await post(form(aFile))).status).toBe(201);
  });

  it('is not read, and its sender still hears why, when it may not be sent', async () => {
    gateway.services.answer(beginFile, () => {
      throw new NatterError('forbidden', { detail: 'your account lacks the grant send_files' });
    });
    const large = form(part('name="file"; filename="a"', 'x'.repeat(3_000_000)));
    expect(await post(large)).toMatchObject({
      status: 403,
      body: { code: 'forbidden', detail: expect.stringContaining('send_files') },
    });
    expect(await post(large, {}, 'rooms')).toMatchObject({ status: 415 });
    expect(await post(large, { authorization: 'Bearer x.y.z' })).toMatchObject({ status: 401 });
  });

  it('is 503 while its bytes cannot be written, and works again after', async () => {
    await writeFile(gateway.filesDir, 'no folder');
    expect(await post(form(aFile))).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    await rm(gateway.filesDir);
    expect((await post(form(aFile))).status).toBe(201);
  });

  it('keeps its bytes when nothing is known of its record, and removes them when it was refused', async () => {
    gateway.services.answer(commitFile, () => new Promise(() => undefined));
    expect((await post(form(aFile))).status).toBe(503);
    expect(await filesLeft()).toEqual(['file']);
    await rm(gateway.filesDir, { recursive: true });
    gateway.services.answer(commitFile, () => {
      throw new NatterError('quota');
    });
    expect(await post(form(aFile))).toMatchObject({ status: 403, body: { code: 'quota' } });
    expect(await filesLeft()).toEqual([]);
  });

  it('that is known is compared and not written again', async () => {
    const first = (await post(form(aFile), { 'idempotency-key': 'k' })).body;
    await rm(gateway.filesDir, { recursive: true });
    gateway.services.answer(beginFile, () => ({ known: first }));
    expect(await post(form(aFile), { 'idempotency-key': 'k' })).toMatchObject({ status: 201, body: first });
    const other = form(part('name="file"; filename="a.txt"', 'y'));
    expect(await post(other, { 'idempotency-key': 'k' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_mismatch' },
    });
    expect(await filesLeft()).toEqual([]);
  });
});

describe('a download', () => {
  it('of bytes that are missing is 503, not an empty file', async () => {
    const record = { id: randomUUID(), blob: randomUUID(), name: 'a', size: 3, type: 'text/plain', sha256: 'x' };
    gateway.services.answer(getFile, () => record);
    const headers = { authorization: `Bearer ${gateway.token(user)}` };
    expect((await fetch(`${gateway.url}/api/files/${record.id}`, { headers })).status).toBe(503);
  });
});

describe('stray blobs', () => {
  it('are removed, and the room-service is told which', async () => {
    await post(form(aFile));
    const blob = committed()?.['blob'] as string;
    let told = false;
    gateway.services.answer(claimStrayBlobs, () => {
      const blobs = told ? [] : [blob, randomUUID()];
      told = true;
      return { blobs };
    });
    await expect.poll(filesLeft, { timeout: 15_000 }).toEqual([]);
    await expect.poll(() => gateway.services.of(forgetStrayBlobs).at(-1)?.['blobs']).toContain(blob);
  });
});
