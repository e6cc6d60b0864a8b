// A restore is all or nothing, whatever comes in between. The tables are the test's own; that those of the services come back is
// tested in e2e/backup.
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { waitUntil } from '@natter/infra/wait';
import { migrationLock } from '@natter/service-kit/migration-lock';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { backup } from './backup.js';
import { blobPath } from './blobs.js';
import { restore } from './restore.js';
import { sayer } from './say.js';
import { root, TestDatabases } from './testing/databases.js';

vi.setConfig({ testTimeout: 120_000 }); // each restore starts three programs, which takes its time on a busy machine

const TABLES = `CREATE TABLE things (n integer PRIMARY KEY, next integer);
                CREATE TABLE files (blob uuid, size integer, sha256 text)`;
const HERE = `datname = current_database() AND application_name = 'natter'`;
const ROWS = 100;
const say = sayer(() => undefined);
const blob = randomUUID();

let folder: string;
let archive: string;
let target: TestDatabases;
let files: string;

async function writeFileOf(root: string, text: string): Promise<void> {
  const path = join(root, blobPath(blob));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'natter-restore-'));
  archive = join(folder, 'natter.tar');
  const source = await TestDatabases.create();
  const filesDir = join(folder, 'source');
  await writeFileOf(filesDir, 'as it was sent');
  const sha256 = createHash('sha256').update('as it was sent').digest('hex');
  await source.askAll(`${TABLES}; INSERT INTO things SELECT n, n + 1 FROM generate_series(1, ${ROWS}) AS n`);
  await source.ask('natter_rooms', `INSERT INTO files VALUES ('${blob}', 14, '${sha256}')`);
  expect(await backup(archive, source.settings({ NATTER_FILES_DIR: filesDir }), root, say)).toEqual([]);
  await source.drop();
});

beforeEach(async () => {
  target = await TestDatabases.create();
  await target.askAll(TABLES);
  files = await mkdtemp(join(folder, 'files-'));
});

afterEach(() => target.drop());
afterAll(() => rm(folder, { recursive: true, force: true }));

const restoring = (): Promise<void> =>
  restore(archive, target.settings({ NATTER_FILES_DIR: files }), root, { keepSessions: false }, say);
const rows = async (): Promise<number[]> =>
  (await target.askAll<{ rows: number }>('SELECT count(*)::integer AS rows FROM things')).map(({ rows }) => rows);

it('a restore that is killed in the middle leaves nothing, keeps others out until then, and is made good by another', async () => {
  await target.ask(
    'natter_notifications',
    `CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(600); RETURN NEW; END $$;
     CREATE TRIGGER linger BEFORE INSERT ON things FOR EACH ROW EXECUTE FUNCTION linger()`,
  );
  const child = spawn(process.execPath, [join(root, 'infra/natter/dist/main.js'), 'restore', archive], {
    env: { ...process.env, ...target.environment({ NATTER_FILES_DIR: files }) },
    stdio: 'ignore',
  });
  const isLingering = `SELECT FROM pg_stat_activity WHERE ${HERE} AND wait_event = 'PgSleep'`;
  const lingers = async (): Promise<boolean> => (await target.ask('natter_notifications', isLingering)).length > 0;
  expect(await waitUntil(lingers, 60_000)).toBe(true);

  const locks = await target.askAll(`SELECT pg_try_advisory_lock(${migrationLock}) AS got`);
  expect(locks).toEqual([{ got: false }, { got: false }, { got: false }]); // no service starts meanwhile,
  await expect(target.ask('natter_auth', `SET lock_timeout = 50; SELECT FROM things`)).rejects.toThrow('lock timeout'); // or looks

  child.kill('SIGKILL');
  await once(child, 'exit');
  const left = async (): Promise<unknown[]> =>
    target.askAll(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${HERE}`);
  expect(await waitUntil(async () => (await left()).length === 0, 20_000)).toBe(true);
  expect(await rows()).toEqual([0, 0, 0]);
  expect(existsSync(join(files, blobPath(blob)))).toBe(false);

  await target.ask('natter_notifications', 'DROP TRIGGER linger ON things');
  await restoring();
  expect(await rows()).toEqual([ROWS, ROWS, ROWS]);
  expect(await readFile(join(files, blobPath(blob)), 'utf8')).toBe('as it was sent');
});

it('nothing appears of a restore when one database refuses a row at the very end', async () => {
  // The last row has no next one.
  await target.ask(
    'natter_rooms',
    'ALTER TABLE things ADD FOREIGN KEY (next) REFERENCES things DEFERRABLE INITIALLY DEFERRED',
  );
  await expect(restoring()).rejects.toThrow('violates foreign key constraint');
  expect(await rows()).toEqual([0, 0, 0]);
  expect(await readdir(files)).toEqual([]);
});

it('a restore is refused while somebody works on a database', async () => {
  const other = new Client({ connectionString: target.urls.natter_rooms });
  await other.connect();
  await other.query('BEGIN; SELECT FROM things');
  await expect(restoring()).rejects.toThrow('Somebody works on natter_rooms');
  await other.end();
  expect(await rows()).toEqual([0, 0, 0]);
});

it('files are not lost on the way to a system with a bucket: it is said how they get there', async () => {
  const settings = target.settings({ NATTER_S3_BUCKET: 'elsewhere' });
  const refused = restore(archive, settings, root, { keepSessions: false }, say);
  await expect(refused).rejects.toThrow(/holds 1 file,.* Restore with NATTER_FILES_DIR/);
});
