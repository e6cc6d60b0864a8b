// The folder of blobs on a real file system.
import { randomBytes, randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FolderStore } from './folder-store.js';

let home: string;
let root: string;
let store: FolderStore;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'natter-blobs-'));
  root = join(home, 'not', 'yet', 'there');
  store = new FolderStore(root);
});
afterAll(() => rm(home, { recursive: true }));

async function* chunks(...all: Buffer[]): AsyncGenerator<Buffer> {
  yield* all;
}
async function* breaking(): AsyncGenerator<Buffer> {
  yield randomBytes(100_000);
  throw new Error('cut');
}
const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

describe('a blob', () => {
  it('is read as it was written, whole and in ranges, and is gone when it is removed, also twice', async () => {
    const blob = randomUUID();
    const bytes = randomBytes(200_000);
    await store.put(blob, 'file', chunks(bytes.subarray(0, 70_000), bytes.subarray(70_000)));
    const whole = await store.read(blob, 'file');
    expect([whole?.size, whole && (await buffer(whole.bytes)).equals(bytes)]).toEqual([200_000, true]);
    const part = await store.read(blob, 'file', { first: 69_990, last: 70_009 });
    expect(part && (await buffer(part.bytes))).toEqual(bytes.subarray(69_990, 70_010));
    expect(await store.read(blob, 'thumb')).toBeUndefined();
    await store.remove(blob);
    await store.remove(blob);
    expect(await store.read(blob, 'file')).toBeUndefined();
  });

  it('that breaks off on its way leaves nothing, and is not seen meanwhile', async () => {
    const blob = randomUUID();
    let seen: unknown = 'not asked';
    async function* watched(): AsyncGenerator<Buffer> {
      yield randomBytes(100_000);
      seen = await store.read(blob, 'file');
      throw new Error('cut');
    }
    await expect(store.put(blob, 'file', watched())).rejects.toThrow('cut');
    expect(seen).toBeUndefined();
    expect(await filesIn(root)).toEqual([]);
    expect(await readdir(join(root, blob.slice(0, 2)))).toEqual([]);
  });

  it('keeps its file when a picture of it breaks off', async () => {
    const blob = randomUUID();
    await store.put(blob, 'file', chunks(Buffer.from('x')));
    await expect(store.put(blob, 'thumb', breaking())).rejects.toThrow('cut');
    expect(await filesIn(root)).toEqual(['file']);
    await store.remove(blob);
  });

  it('that two write at once is whole', async () => {
    const blob = randomUUID();
    const bytes = randomBytes(500_000);
    await Promise.all([1, 2, 3].map(() => store.put(blob, 'thumb', chunks(bytes))));
    const read = await store.read(blob, 'thumb');
    expect(read && (await buffer(read.bytes)).equals(bytes)).toBe(true);
    expect(await filesIn(root)).toEqual(['thumb']);
    await store.remove(blob);
  });
});

describe('a folder that cannot be written', () => {
  it('refuses, and works when it can', async () => {
    const place = join(home, 'taken');
    await writeFile(place, 'no folder');
    const later = new FolderStore(place);
    const blob = randomUUID();
    await expect(later.put(blob, 'file', chunks(Buffer.from('x')))).rejects.toThrow(/ENOTDIR|EEXIST/);
    await rm(place);
    await mkdir(place);
    await chmod(place, 0o700);
    await later.put(blob, 'file', chunks(Buffer.from('x')));
    const read = await later.read(blob, 'file');
    expect(read && (await buffer(read.bytes)).toString()).toBe('x');
  });
});
