// Avatars against a gateway whose auth-service is a stand-in: what becomes of a picture, and what is none.
import { randomUUID } from 'node:crypto';
import { avatarPath, getAvatar, setAvatar } from '@natter/contracts/avatars';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bomb } from '../testing/bomb.js';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.js';

let gateway: TestGateway;
const user = randomUUID();

beforeAll(async () => {
  gateway = await startTestGateway();
  gateway.services.answer(setAvatar, ({ actor }) => ({ user: { id: actor } }));
});
afterAll(() => gateway.stop());

const plain = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: 'red' } });

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function put(bytes: Buffer | string, name = 'me.png', headers: Record<string, string> = {}): Promise<Answer> {
  const form = new FormData();
  form.append('file', new Blob([typeof bytes === 'string' ? bytes : new Uint8Array(bytes)]), name);
  const response = await fetch(`${gateway.url}/api/auth/me/avatar`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${gateway.token(user)}`, ...headers },
    body: form,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
/** Drawing takes a process of its own; a busy machine says that it was not done in time. */
const drawnOf = async (bytes: Buffer): Promise<Buffer> => {
  await expect.poll(async () => (await put(bytes)).status, { timeout: 60_000 }).toBe(200);
  return Buffer.from(String(gateway.services.of(setAvatar).at(-1)?.['picture']), 'base64');
};
const kept = (): number => gateway.services.of(setAvatar).length;

describe('a picture', () => {
  it('is drawn anew: a square of WebP, turned as the camera was held, without what it wrote', async () => {
    const exif = { IFD0: { Copyright: 'secret' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } };
    const photo = await plain(600, 400).withExif(exif).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    const drawn = await drawnOf(photo);
    const metadata = await sharp(drawn).metadata();
    expect(metadata).toMatchObject({ format: 'webp', width: limits.avatarPixels, height: limits.avatarPixels });
    expect([metadata.exif, metadata.xmp, drawn.includes('secret')]).toEqual([undefined, undefined, false]);
  });

  it('of nothing but noise fits into what may be kept', async () => {
    const noise = {
      width: 900,
      height: 900,
      channels: 3 as const,
      noise: { type: 'gaussian' as const, mean: 128, sigma: 90 },
    };
    const drawn = await drawnOf(
      await sharp({ create: { ...noise, background: 'red' } })
        .png()
        .toBuffer(),
    );
    expect(drawn.toString('base64').length).toBeLessThan(limits.avatarChars / 2);
  });
});

describe('no picture', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';
  it.each([
    ['a page', '<!doctype html><script>alert(1)</script>'],
    ['a drawing that a program draws', svg],
    ['the same with a head', `<?xml version="1.0"?>${svg}`],
    ['a paper', '%PDF-1.7\n'],
    ['nothing', ''],
    ['more pixels than there is memory', bomb(60_000, 60_000)],
    ['half a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ])('is %s, whatever it is called', async (_, bytes) => {
    const before = kept();
    await expect.poll(async () => (await put(bytes)).status, { timeout: 60_000 }).toBe(422);
    expect(await put(bytes)).toMatchObject({ body: { code: 'invalid', errors: [{ field: 'file', code: 'invalid' }] } });
    expect(kept()).toBe(before);
  });

  it('is more bytes than a picture may have, told or not', async () => {
    expect(await put(Buffer.alloc(limits.avatarBytes + 1))).toMatchObject({ status: 413, body: { code: 'too_large' } });
    expect(await put(Buffer.alloc(limits.avatarBytes + 100_000))).toMatchObject({ status: 413 });
  });

  it('is a body of another kind, none, or somebody’s who is not signed in', async () => {
    const bare = (headers: Record<string, string>, body?: string) =>
      fetch(`${gateway.url}/api/auth/me/avatar`, { method: 'PUT', headers, ...(body && { body }) });
    const authorization = `Bearer ${gateway.token(user)}`;
    const statuses = [
      (await bare({ authorization, 'content-type': 'application/json' }, '{}')).status,
      (await bare({ authorization })).status,
      (await bare({ 'content-type': 'multipart/form-data; boundary=B' }, '--B--\r\n')).status,
      (await bare({ authorization, 'content-type': 'multipart/form-data; boundary=B' }, '--B--\r\n')).status,
    ];
    expect(statuses).toEqual([415, 415, 401, 400]);
  });
});

describe('an avatar', () => {
  const version = '0123456789abcdef0123456789abcdef';
  const get = (path: string, method = 'GET') =>
    fetch(gateway.url + path, { method, headers: { authorization: `Bearer ${gateway.token(user)}` } });

  it('is answered as a picture that nothing runs in, kept by browsers for good', async () => {
    const picture = await plain(8, 8).webp().toBuffer();
    gateway.services.answer(getAvatar, () => ({ picture: picture.toString('base64') }));
    for (const method of ['GET', 'HEAD']) {
      const response = await get(avatarPath(user, version), method);
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'image/webp',
        'content-length': String(picture.length),
        'content-security-policy': "sandbox; default-src 'none'",
        'x-content-type-options': 'nosniff',
        'cache-control': 'private, max-age=31536000, immutable',
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(bytes.equals(method === 'GET' ? picture : Buffer.alloc(0))).toBe(true);
    }
  });

  it('that is gone, or never was, is 404, and for those who are not signed in 401', async () => {
    gateway.services.answer(getAvatar, () => {
      throw new NatterError('not_found');
    });
    const statuses = [avatarPath(user, version), avatarPath(user, 'x'), avatarPath('x', version)].map(
      async (path) => (await get(path)).status,
    );
    expect(await Promise.all(statuses)).toEqual([404, 404, 404]);
    expect((await fetch(gateway.url + avatarPath(user, version))).status).toBe(401);
  });
});
