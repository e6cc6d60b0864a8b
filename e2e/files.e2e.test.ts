// Files: what was answered with 201 is there, byte for byte, for those who may have it and for nobody else (P1, P10, P14, P20).
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { limits } from '@natter/contracts/limits';
import { describe, expect, it } from 'vitest';
import { Person } from './harness/person.js';
import { download, pixel, upload, uploaded } from './harness/uploads.js';
import { useSystem } from './harness/use-system.js';
import { until } from './harness/wait.js';

const natter = await useSystem({ env: { NATTER_FILE_QUOTA_BYTES: '40000000' } });
const [owner, guest, stranger] = await Person.several(natter, ['owner', 'guest', 'stranger']);
const room = await owner.createRoom();
await guest.join(room.id);

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const text = 'héllo, wörld\n';

/** How many blobs there are on the disk. */
async function blobsOnDisk(): Promise<number> {
  const found = await readdir(join(natter.dataDir, 'files'), { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).length;
}

describe('a file', () => {
  it('comes back byte for byte, with its name, and says what it is by what is in it', async () => {
    const bytes = randomBytes(300_000);
    const sent = await upload(owner, room.id, bytes, { name: 'naïve 日本.bin' });
    expect([sent.status, sent.body]).toEqual([
      201,
      {
        id: expect.any(String),
        name: 'naïve 日本.bin',
        size: 300_000,
        type: expect.any(String),
        sha256: sha256(bytes),
      },
    ]);
    const got = await download(owner, sent.body.id);
    expect([got.status, got.bytes.equals(bytes)]).toEqual([200, true]);
    expect(got.headers.get('content-disposition')).toContain("filename*=UTF-8''na%C3%AFve%20%E6%97%A5%E6%9C%AC.bin");
    expect(got.headers.get('content-length')).toBe('300000');
  });

  it('may go to a room by name, and be empty', async () => {
    expect(await uploaded(owner, room.name ?? '', '')).toMatchObject({ size: 0, type: 'text/plain' });
  });

  it('is shown as what it is only when it is a picture, a sound or a film; anything that could run is saved', async () => {
    const html = '<!doctype html><script>alert(document.domain)</script>';
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>';
    const kinds: [string, Uint8Array | string, string][] = [
      ['pixel.png', pixel, 'inline'],
      ['pixel.html', pixel, 'inline'],
      ['page.html', html, 'attachment'],
      ['page.png', html, 'attachment'],
      ['drawing.svg', svg, 'attachment'],
      ['drawing.svg', `<?xml version="1.0"?>${svg}`, 'attachment'],
      ['paper.pdf', '%PDF-1.7\n', 'attachment'],
    ];
    for (const [name, bytes, disposition] of kinds) {
      const { headers } = await download(owner, (await uploaded(owner, room.id, bytes, { name })).id);
      expect([name, headers.get('content-disposition')?.split(';')[0]]).toEqual([name, disposition]);
      expect(headers.get('content-type')).toMatch(
        disposition === 'inline' ? /^image\/png$/ : /^(text\/plain; charset=utf-8|application\/(xml|pdf))$/,
      );
      expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toMatch(/^private\b/);
    }
  });

  it('can be had in pieces, asked about, and not sent again to who has it', async () => {
    const { id } = await uploaded(owner, room.id, text);
    const part = await download(owner, id, { range: 'bytes=2-5' });
    const whole = Buffer.from(text);
    expect([part.status, part.bytes, part.headers.get('content-range')]).toEqual([
      206,
      whole.subarray(2, 6),
      `bytes 2-5/${whole.length}`,
    ]);
    expect((await download(owner, id, { range: 'bytes=0-0,3-4' })).bytes).toEqual(whole);
    const beyond = await download(owner, id, { range: 'bytes=1000-' });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([416, `bytes */${whole.length}`]);
    const etag = part.headers.get('etag') ?? '';
    const unchanged = await download(owner, id, { 'if-none-match': etag });
    expect([unchanged.status, unchanged.bytes.length]).toEqual([304, 0]);
    expect((await download(owner, id, { range: 'bytes=0-0', 'if-range': '"other"' })).status).toBe(200);
    const head = await fetch(`${natter.url}/api/files/${id}`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${owner.token}` },
    });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(whole.length),
      '',
    ]);
  });

  it('that is a picture has a small picture, which is kept; others have none', async () => {
    const { id } = await uploaded(owner, room.id, pixel, { name: 'dot.png' });
    const small = await until('it is drawn', async () => {
      const answer = await download(owner, `${id}?thumb=1`);
      return answer.status !== 503 && answer;
    });
    expect([small.status, small.headers.get('content-type')]).toEqual([200, 'image/webp']);
    expect(small.bytes.subarray(8, 12).toString()).toBe('WEBP');
    expect(small.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
    const etag = small.headers.get('etag') ?? '';
    expect((await download(owner, `${id}?thumb=1`, { 'if-none-match': etag })).status).toBe(304);
    expect((await download(owner, `${id}?thumb=1`)).bytes.equals(small.bytes)).toBe(true);
    const broken = await uploaded(owner, room.id, pixel.subarray(0, 40), { name: 'half.png' });
    const note = await uploaded(owner, room.id, text);
    for (const other of [broken.id, note.id]) expect((await download(owner, `${other}?thumb=1`)).status).toBe(404);
    expect((await download(owner, `${id}?thumb=large`)).status).toBe(422);
    expect((await download(guest, `${id}?thumb=1`)).status).toBe(404);
  });

  it('is sent once for an Idempotency-Key', async () => {
    const key = randomUUID();
    const first = await uploaded(owner, room.id, text, { key });
    expect(await uploaded(owner, room.id, text, { key })).toEqual(first);
    const together = await Promise.all([1, 2, 3].map(() => upload(owner, room.id, 'again', { key: `${key}x` })));
    expect(new Set(together.map(({ body }) => body.id)).size).toBe(1);
    for (const [bytes, name] of [
      ['other', 'note.txt'],
      [text, 'other.txt'],
    ] as const)
      expect((await upload(owner, room.id, bytes, { key, name })).body.code).toBe('idempotency_mismatch');
    expect((await uploaded(guest, room.id, 'mine', { key })).id).not.toBe(first.id);
  });
});

describe('a file may be sent', () => {
  it('by members only, and a private room is not to be told from none', async () => {
    const refused = await upload(stranger, room.id, text);
    expect([refused.status, refused.body.code]).toEqual([403, 'not_member']);
    const hidden = await owner.createRoom({ visibility: 'private' });
    const answers = [await upload(stranger, hidden.id, text), await upload(stranger, randomUUID(), text)];
    const [one, other] = answers.map(
      ({ status, text: said }) => `${status} ${said.replace(/"request_id":"[^"]*"/, '')}`,
    );
    expect(one).toBe(other);
    expect(answers[0]?.status).toBe(404);
  });

  it('up to 25 MiB; one byte more is refused, and nothing of it stays', async () => {
    const most = Buffer.alloc(limits.file_bytes, 'x');
    const before = await blobsOnDisk();
    const more = await upload(owner, room.id, Buffer.concat([most, Buffer.from('x')]));
    expect([more.status, more.body.code]).toEqual([413, 'too_large']);
    const farMore = await upload(owner, room.id, Buffer.alloc(2 * limits.file_bytes));
    expect([farMore.status, farMore.body.code]).toEqual([413, 'too_large']);
    expect(await blobsOnDisk()).toBe(before);
    expect(await uploaded(owner, room.id, most)).toMatchObject({ size: limits.file_bytes, sha256: sha256(most) });
  });

  it('up to the quota of its sender', async () => {
    await uploaded(guest, room.id, Buffer.alloc(25_000_000));
    const full = await upload(guest, room.id, Buffer.alloc(20_000_000));
    expect([full.status, full.body.code]).toEqual([403, 'quota']);
    expect((await upload(guest, room.id, 'small')).status).toBe(201);
  });
});

describe('a file that no message carries', () => {
  it('is seen by its uploader only; for others it is not there', async () => {
    const { id } = await uploaded(owner, room.id, text);
    expect((await download(owner, id)).status).toBe(200);
    for (const person of [guest, stranger]) {
      const path = (which: string) => person.api.get(`/api/files/${which}`);
      const [hidden, none] = [await path(id), await path(randomUUID())];
      const bare = ({ status, text: said }: typeof none): string =>
        `${status} ${said.replace(/"request_id":"[^"]*"/, '')}`;
      expect(bare(hidden)).toBe(bare(none));
      expect(hidden.status).toBe(404);
    }
  });
});

describe('a message that carries files', () => {
  it('shows them to the room, live and in history, and takes them along when it is deleted', async () => {
    const place = await owner.createRoom({ history: 'since_join' });
    await guest.join(place.id);
    const sockets = [await owner.connect(0), await guest.connect(1)] as const;
    const file = await uploaded(owner, place.id, pixel, { name: 'dot.png' });
    const shown = [{ id: file.id, name: 'dot.png', size: pixel.length, type: 'image/png' }];
    const before = await blobsOnDisk();
    const frame = { type: 'send', id: randomUUID(), room: place.id, body: '', files: [file.id] };
    sockets[0].send(frame);
    const ack = await sockets[0].next('ack');
    expect(await sockets[1].next('message')).toMatchObject({ id: frame.id, body: '', files: shown });
    sockets[0].send(frame);
    expect(await sockets[0].next('ack', ({ dup }) => dup === true)).toMatchObject({ seq: ack.seq });
    const { body: page } = await guest.api.get<{ items: unknown[] }>(`/api/rooms/${place.id}/messages`);
    expect(page.items).toMatchObject([{ files: shown }]);
    expect((await download(guest, file.id)).bytes.equals(pixel)).toBe(true);
    expect((await download(stranger, file.id)).status).toBe(404);
    await stranger.join(place.id);
    expect((await download(stranger, file.id)).status).toBe(404);
    await owner.api.delete(`/api/rooms/${place.id}/messages/${ack.seq}`);
    for (const person of [owner, guest]) expect((await download(person, file.id)).status).toBe(404);
    await until('the bytes are gone', async () => (await blobsOnDisk()) < before);
    for (const socket of sockets) socket.close();
  });

  it('carries no file of somebody else, of another room, or of another message', async () => {
    const place = await owner.createRoom();
    const file = await uploaded(owner, place.id, text);
    const say = async (person: Person, where: string, files: string[]) =>
      (await person.api.post<{ code?: string }>(`/api/rooms/${where}/messages`, { body: 'x', files })).body.code;
    expect(await say(owner, room.id, [file.id])).toBe('not_found');
    await guest.join(place.id);
    expect(await say(guest, place.id, [file.id])).toBe('not_found');
    expect(await say(owner, place.id, [file.id])).toBeUndefined();
    expect(await say(owner, place.id, [file.id])).toBe('not_found');
    await guest.api.post(`/api/rooms/${place.id}/leave`);
    expect((await download(guest, file.id)).status).toBe(404);
  });
});

describe('kill -9', () => {
  it('of the gateway in the middle of an upload leaves nothing for ever, and of everything else what was sent', async () => {
    const kept = await uploaded(owner, room.id, text);
    const before = await blobsOnDisk();
    const half = request(`${natter.url}/api/rooms/${room.id}/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${owner.token}`, 'content-type': 'multipart/form-data; boundary=B' },
    });
    half.on('error', () => undefined);
    half.write('--B\r\nContent-Disposition: form-data; name="file"; filename="half"\r\n\r\n');
    half.write(randomBytes(1_000_000));
    await until('half of it is on the disk', async () => (await blobsOnDisk()) === before + 1);
    await natter.crash('gateway-1');
    half.destroy();
    expect(await blobsOnDisk()).toBe(before + 1);
    // An upload may take 15 minutes; then its blob is stray.
    const passed = `UPDATE stray_blobs SET due = due - interval '20 minutes'`;
    await natter.query('natter_rooms', passed);
    await until('nobody needs it', async () => (await blobsOnDisk()) === before);
    for (const part of ['room-1', 'postgres']) await natter.crash(part);
    const again = await until('it is there', async () => {
      const got = await download(owner, kept.id);
      return got.status === 200 && got;
    });
    expect(again.bytes.toString()).toBe(text);
  });
});

describe('a deleted room', () => {
  it('takes its files along: from every answer at once, from the disk soon', async () => {
    const doomed = await owner.createRoom();
    const before = await blobsOnDisk();
    const { id } = await uploaded(owner, doomed.id, text);
    expect(await blobsOnDisk()).toBe(before + 1);
    await owner.api.delete(`/api/rooms/${doomed.id}`);
    expect((await download(owner, id)).status).toBe(404);
    await until('the bytes are gone', async () => (await blobsOnDisk()) === before);
  });
});
