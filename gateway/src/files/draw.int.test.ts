// Small pictures, drawn by real processes, from pictures good and evil.
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { bomb } from '../testing/bomb.js';
import { Drawers, type Shape } from './draw.js';

const drawers = new Drawers();
const draw = (bytes: Buffer | string, shape: Shape = { fit: 64 }) =>
  drawers.draw(async () => Readable.from([Buffer.from(bytes)]), shape);
const plain = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: 'red' } });

describe('a small picture', () => {
  it.each(['png', 'jpeg', 'webp', 'gif', 'avif'] as const)('is WebP, of a picture in %s', async (format) => {
    const drawn = await draw(await plain(200, 100).toFormat(format).toBuffer());
    expect(await sharp(drawn).metadata()).toMatchObject({ format: 'webp', width: 64, height: 32 });
  });

  it('is turned as the camera was held, and tells nothing else of what it wrote', async () => {
    const exif = { IFD0: { Copyright: 'secret' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 3230/100' } };
    const original = await plain(200, 100).withExif(exif).withMetadata({ orientation: 6 }).jpeg().toBuffer();
    expect((await sharp(original).metadata()).orientation).toBe(6);
    const drawn = await draw(original);
    const metadata = await sharp(drawn).metadata();
    expect(metadata).toMatchObject({ width: 32, height: 64 });
    expect([metadata.exif, metadata.xmp, metadata.orientation]).toEqual([undefined, undefined, undefined]);
    expect(drawn?.includes('secret')).toBe(false);
  });

  it('is never larger than the picture, but square where it has to be', async () => {
    const tiny = await plain(10, 5).png().toBuffer();
    expect(await sharp(await draw(tiny)).metadata()).toMatchObject({ width: 10, height: 5 });
    expect(await sharp(await draw(tiny, { square: 64 })).metadata()).toMatchObject({ width: 64, height: 64 });
  });

  it('keeps what is transparent so', async () => {
    const clear = sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } });
    expect((await sharp(await draw(await clear.png().toBuffer())).metadata()).hasAlpha).toBe(true);
  });
});

describe('no small picture', () => {
  it.each([
    ['a page', '<!doctype html>'],
    [
      'a drawing that a program draws',
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="file:///etc/passwd"/></svg>',
    ],
    ['a paper', '%PDF-1.7\n'],
    ['nothing', ''],
    ['more pixels than there is memory', bomb(60_000, 60_000)],
    ['half a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
  ])('is made of %s', async (_, bytes) => expect(await draw(bytes)).toBeUndefined());

  it('is made of bytes that never end; they are let go', async () => {
    const impatient = new Drawers({ maxWaiting: 0, maxMs: 300 });
    const endless = new Readable({ read: () => undefined });
    await expect(impatient.draw(async () => endless, { fit: 64 })).rejects.toMatchObject({ code: 'timeout' });
    expect(endless.destroyed).toBe(true);
  });
});

describe('bytes that cannot be read', () => {
  it('are no reason to say that there is no picture', async () => {
    const broken = new Readable({
      read() {
        this.destroy(Object.assign(new Error('read'), { code: 'EIO' }));
      },
    });
    await expect(drawers.draw(async () => broken, { fit: 64 })).rejects.toThrow('read');
  });
});

describe('many pictures at once', () => {
  it('wait for their turn, and those beyond the bound are told to come again', async () => {
    const tiny = await plain(10, 5).png().toBuffer();
    let waiting = 0;
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const slow = new Drawers({ maxWaiting: 4, maxMs: 60_000 });
    const all = Array.from({ length: 10 }, () =>
      slow.draw(
        async () => {
          waiting++;
          await held;
          return Readable.from([tiny]);
        },
        { fit: 8 },
      ),
    );
    const refused = all.map((one) =>
      one.then(
        () => 'drawn',
        (error: { code: string }) => error.code,
      ),
    );
    await expect.poll(() => waiting).toBeGreaterThan(0);
    expect(waiting).toBeLessThanOrEqual(2);
    letGo();
    const results = await Promise.all(refused);
    expect(new Set(results)).toEqual(new Set(['drawn', 'unavailable']));
    expect(results.filter((result) => result === 'drawn').length).toBeGreaterThan(4);
  }, 60_000);
});
