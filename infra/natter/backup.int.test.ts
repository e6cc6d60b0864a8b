// A backup says which files the system itself has lost, and leaves out what is kept elsewhere.
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { waitUntil } from '@natter/infra/wait';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ArchiveReader } from './archive-reader.js';
import { backup, brokenFiles } from './backup.js';
import { blobPath } from './blobs.js';
import { FILES, MANIFEST, readManifest } from './manifest.js';
import { sayer } from './say.js';
import { root, TestDatabases } from './testing/databases.js';

const said: string[] = [];
const say = sayer((line) => said.push(line));
let system: TestDatabases;
let folder: string;

/** A file that has a record, and the bytes that lie on the disk. */
async function file(bytes: string, onDisk?: string): Promise<string> {
  const blob = randomUUID();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  await system.ask('natter_rooms', `INSERT INTO files VALUES ('${blob}', ${Buffer.byteLength(bytes)}, '${sha256}')`);
  const path = join(folder, 'files', blobPath(blob));
  await mkdir(dirname(path), { recursive: true });
  if (onDisk !== undefined) await writeFile(path, onDisk);
  return blob;
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
  system = await TestDatabases.create();
  await system.ask('natter_rooms', 'CREATE TABLE files (blob uuid, size integer, sha256 text)');
});

afterAll(async () => {
  await system.drop();
  await rm(folder, { recursive: true, force: true });
});

it('a file that the system has lost, or whose bytes have changed, is named; the others are kept', async () => {
  const whole = await file('as it was sent', 'as it was sent');
  const lost = await file('gone');
  const changed = await file('as it was sent', 'as it was bent');
  const path = join(folder, 'one.tar');
  const broken = await backup(path, system.settings({ NATTER_FILES_DIR: join(folder, 'files') }), root, say);
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
  expect(await backup(path, system.settings({ NATTER_S3_BUCKET: 'elsewhere' }), root, say)).toEqual([]);
  expect(said.join('')).toContain('in a bucket, not in this archive');
  expect(await entriesOf(path)).toMatchObject({ files: { kept: 'bucket', count: 0 } });
});

it('the exit code tells whether there is an archive, and whether the system was whole', async () => {
  const program = join(root, 'infra/natter/dist/main.js');
  const env = { ...process.env, ...system.environment({ NATTER_FILES_DIR: join(folder, 'files') }) };
  const codeOf = async (...args: string[]): Promise<number> =>
    (await once(spawn(process.execPath, [program, ...args], { env, stdio: 'ignore' }), 'exit'))[0];
  expect(await codeOf('backup', join(folder, 'whole.tar'))).toBe(3); // two files are not what they were
  expect(existsSync(join(folder, 'whole.tar'))).toBe(true);
  expect(await codeOf('backup', join(folder, 'whole.tar'))).toBe(1);
  expect(await codeOf('backup')).toBe(2);
});

it('a backup that fails leaves nothing behind', async () => {
  await system.ask('natter_rooms', 'ALTER TABLE files RENAME COLUMN sha256 TO other');
  const path = join(folder, 'three.tar');
  const failing = backup(path, system.settings({ NATTER_FILES_DIR: join(folder, 'files') }), root, say);
  await expect(failing).rejects.toThrow('sha256');
  expect(existsSync(path)).toBe(false);
  expect((await readdir(folder)).filter((name) => name.startsWith('three'))).toEqual([]);
});

it('a backup whose PostgreSQL goes away in the middle of a table fails, and leaves nothing behind', async () => {
  await system.ask(
    'natter_auth',
    `CREATE TABLE large AS SELECT n, repeat(md5(n::text), 10) AS text FROM generate_series(1, 200000) AS n`,
  );
  const failing = backup(join(folder, 'four.tar'), system.settings({ NATTER_S3_BUCKET: 'elsewhere' }), root, say);
  const ended = expect(failing).rejects.toThrow(/terminat/);
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND application_name = 'natter' AND query LIKE 'COPY%large%' AND state = 'active'`;
  expect(await waitUntil(async () => (await system.ask('natter_auth', end)).length > 0, 60_000, 5)).toBe(true);
  await ended;
  expect((await readdir(folder)).filter((name) => name.startsWith('four'))).toEqual([]);
});
