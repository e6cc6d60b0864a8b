// A backup says which files the system itself has lost, and leaves out what is kept elsewhere.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DATABASES, type DatabaseUrls } from '@natter/infra/databases';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ArchiveReader } from './archive-reader.js';
import { backup, brokenFiles } from './backup.js';
import { blobPath } from './blobs.js';
import { FILES, MANIFEST, readManifest } from './manifest.js';
import { sayer } from './say.js';
import { readSettings, type Settings } from './settings.js';

const server = process.env['TEST_DATABASE_URL'] ?? '';
const root = new URL('../..', import.meta.url).pathname;
const prefix = `backup_${randomUUID().slice(0, 8)}_`;
const urlOf = (name: string): string => Object.assign(new URL(server), { pathname: `/${prefix}${name}` }).href;
const urls = Object.fromEntries(DATABASES.map((name) => [name, urlOf(name)])) as unknown as DatabaseUrls;
const said: string[] = [];
const say = sayer((line) => said.push(line));
let folder: string;

const run = async (url: string, ...statements: string[]): Promise<void> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
};

/** A file that has a record, and the bytes that lie on the disk. */
async function file(bytes: string, onDisk?: string): Promise<string> {
  const blob = randomUUID();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await run(urls.natter_rooms, `INSERT INTO files VALUES ('${blob}', ${Buffer.byteLength(bytes)}, '${sha256}')`);
  const path = join(folder, 'files', blobPath(blob));
  await mkdir(dirname(path), { recursive: true });
  if (onDisk !== undefined) await writeFile(path, onDisk);
  return blob;
}

function settings(more: NodeJS.ProcessEnv): Settings {
  const [AUTH_DATABASE_URL, ROOMS_DATABASE_URL, NOTIFICATIONS_DATABASE_URL] = DATABASES.map((name) => urls[name]);
  return readSettings({ AUTH_DATABASE_URL, ROOMS_DATABASE_URL, NOTIFICATIONS_DATABASE_URL, ...more }, root);
}

async function entriesOf(path: string): Promise<{ names: string[]; files: object }> {
  const archive = await ArchiveReader.open(path);
  await archive.verify();
  const names: string[] = [];
  for await (const { name } of archive.entries()) names.push(name);
  const { files } = readManifest(await archive.text(await archive.find(MANIFEST)));
  await archive.close();
  return { names, files };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'natter-backup-'));
  await run(server, ...DATABASES.map((name) => `CREATE DATABASE ${prefix}${name}`));
  await run(urls.natter_rooms, 'CREATE TABLE files (blob uuid, size integer, sha256 text)');
});

afterAll(async () => {
  await run(server, ...DATABASES.map((name) => `DROP DATABASE ${prefix}${name}`));
  await rm(folder, { recursive: true, force: true });
});

it('a file that the system has lost, or whose bytes have changed, is named; the others are kept', async () => {
  const whole = await file('as it was sent', 'as it was sent');
  const lost = await file('gone');
  const changed = await file('as it was sent', 'as it was bent');
  const path = join(folder, 'one.tar');
  const broken = await backup(path, settings({ NATTER_FILES_DIR: join(folder, 'files') }), root, say);
  expect(broken.sort()).toEqual(
    [`${lost}: its bytes are missing`, `${changed}: its bytes are not those that were sent`].sort(),
  );
  expect(brokenFiles(broken)).toContain('of 2 files the system itself has not the right bytes any more');
  const { names, files } = await entriesOf(path);
  expect(names.filter((name) => name.startsWith(FILES)).sort()).toEqual(
    [whole, changed].map((blob) => `${FILES}${blobPath(blob)}`).sort(),
  );
  expect(files).toEqual({ kept: 'folder', count: 2, bytes: 28 });
});

it('files in a bucket are not in the archive, and it says so', async () => {
  const path = join(folder, 'two.tar');
  expect(await backup(path, settings({ NATTER_S3_BUCKET: 'elsewhere' }), root, say)).toEqual([]);
  expect(said.join('')).toContain('in a bucket, not in this archive');
  expect(await entriesOf(path)).toMatchObject({ files: { kept: 'bucket', count: 0 } });
});

it('a backup that fails leaves nothing behind', async () => {
  await run(urls.natter_rooms, 'ALTER TABLE files RENAME COLUMN sha256 TO other');
  const path = join(folder, 'three.tar');
  const failing = backup(path, settings({ NATTER_FILES_DIR: join(folder, 'files') }), root, say);
  await expect(failing).rejects.toThrow('sha256');
  expect(existsSync(path)).toBe(false);
  expect((await readdir(folder)).filter((name) => name.startsWith('three'))).toEqual([]);
});
