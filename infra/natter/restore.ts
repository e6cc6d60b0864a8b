// `natter restore`: a backup into a system that holds nothing. First the archive is read to its end, then the databases are made what they were,
// then rows and files are put where nobody sees them, and at the very end all of it appears. Whatever goes wrong before leaves
// databases without a row.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DATABASES, type DatabaseName } from '@natter/infra/databases';
import { LaunchError } from '@natter/infra/launch-error';
import { migrationLock } from '@natter/service-kit/migration-lock';
import type { Client, DatabaseError } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ArchiveReader } from './archive-reader.js';
import { BlobRestore, checkNoFiles } from './blobs.js';
import { type DatabaseManifest, FILES, MANIFEST, type Manifest, readManifest, tableEntry } from './manifest.js';
import { checkNotRunning, connectAll, makePlace } from './place.js';
import { count, type Say, size, told } from './say.js';
import type { Settings } from './settings.js';
import { copied, filledTables, listMigrations, listTables, quoted, takeIndexes } from './tables.js';

const SERVICES: Readonly<Record<DatabaseName, string>> = {
  natter_auth: 'auth-service',
  natter_rooms: 'room-service',
  natter_notifications: 'notification-service',
};
const MIGRATE_TIMEOUT_MS = 120_000;
const LOCK_WAIT_MS = 5_000;
const LOCK_NOT_AVAILABLE = '55P03';
/** Of the server, for making one index. */
const INDEX_MEMORY = '256MB';

export interface RestoreOptions {
  /** Whether who was signed in then is signed in afterwards. */
  readonly keepSessions: boolean;
}

/** @throws LaunchError with what is in the way and what to do; no row and no file has appeared then */
export async function restore(
  path: string,
  settings: Settings,
  root: string,
  options: RestoreOptions,
  say: Say,
): Promise<void> {
  const archive = await ArchiveReader.open(path);
  try {
    checkNotRunning(settings);
    checkPrograms(root);
    say(`checking ${path} (${size(archive.size)})`);
    await archive.verify((bytes) => say.now(() => `checked ${size(bytes)} of ${size(archive.size)}`));
    const manifest = readManifest(await archive.text(await archive.find(MANIFEST)));
    checkFiles(manifest, settings);
    const place = await makePlace(settings, say);
    try {
      const clients = await connectAll(place.urls);
      try {
        for (const name of DATABASES) await checkEmpty(name, clients[name], manifest.databases[name]);
        for (const name of DATABASES) await migrate(root, name, place.urls[name], manifest.databases[name].migrations);
        await fill(archive, manifest, clients, settings, options, say);
      } finally {
        await Promise.allSettled(Object.values(clients).map((client) => client.end()));
      }
    } finally {
      await place.close();
    }
    say(`restored: the system as it was at ${manifest.at}. Start it as always.`);
    if (manifest.files.kept === 'bucket') {
      say(
        'Its files are in a bucket, not in the archive: start it with the settings of that bucket (NATTER_S3_BUCKET).',
      );
    }
    if (!options.keepSessions) say('Everybody has to sign in again.');
  } finally {
    await archive.close();
  }
}

function checkPrograms(root: string): void {
  const missing = Object.values(SERVICES).find((service) => !existsSync(migrateProgram(root, service)));
  if (missing !== undefined) throw new LaunchError(`${missing} is not built: run \`npm run build\`.`);
}

function checkFiles({ files }: Manifest, { filesDir }: Settings): void {
  if (filesDir !== undefined) return checkNoFiles(filesDir);
  if (files.count === 0) return;
  throw new LaunchError(
    `The backup holds ${count(files.count, 'file')}, and this system keeps files in a bucket. Restore with NATTER_FILES_DIR set to an empty ` +
      'folder instead of NATTER_S3_BUCKET; then put each ab/<blob>/file of that folder into the bucket as <blob>/file.',
  );
}

/** A database without tables, or with those of the backup and no row in them. */
async function checkEmpty(name: DatabaseName, client: Client, { migrations }: DatabaseManifest): Promise<void> {
  const filled = await filledTables(client, await listTables(client));
  if (filled.length > 0) {
    throw new LaunchError(
      `${name} is not empty (there are rows in ${filled.slice(0, 3).join(', ')}): a backup is restored into a new system only. ` +
        'Stop Natter and move its data folder away, or name another one (NATTER_DATA); on a server of yours, drop and create the three databases and empty the folder of files.',
    );
  }
  const later = (await listMigrations(client)).find((migration) => !migrations.includes(migration));
  if (later === undefined) return;
  throw new LaunchError(
    `${name} has tables of a later Natter than the backup (${later}): drop and create the database, then restore again.`,
  );
}

const migrateProgram = (root: string, service: string): string => join(root, service, 'dist', 'migrate.js');

/** Its service makes the tables, as they were when the backup was made. */
async function migrate(root: string, name: DatabaseName, url: string, migrations: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [migrateProgram(root, SERVICES[name])], {
    env: { ...process.env, DATABASE_URL: url },
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: MIGRATE_TIMEOUT_MS,
  });
  child.stdin.on('error', () => undefined); // it has ended, and says why
  child.stdin.end(JSON.stringify(migrations));
  const [[code], said] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
  if (code === 0) return;
  throw new LaunchError(
    `The tables of ${name} could not be made: ${said.trim() || `${SERVICES[name]} ended with ${code}`}. Is the backup of a later Natter? Then restore it with that version.`,
  );
}

async function fill(
  archive: ArchiveReader,
  manifest: Manifest,
  clients: Readonly<Record<DatabaseName, Client>>,
  { filesDir }: Settings,
  { keepSessions }: RestoreOptions,
  say: Say,
): Promise<void> {
  for (const name of DATABASES) await take(name, clients[name], manifest.databases[name]);
  for (const name of DATABASES) {
    await fillDatabase(archive, name, clients[name], manifest.databases[name], say);
    await settle(clients[name], !keepSessions);
    await clients[name].query('SET CONSTRAINTS ALL IMMEDIATE'); // what a COMMIT could refuse is refused here
  }
  const files = filesDir === undefined ? undefined : new BlobRestore(filesDir);
  try {
    if (files !== undefined) await fillFiles(archive, files, manifest, say);
    await files?.finish();
    // Accounts at last: should the power fail in between, nobody can sign in to the half of it.
    for (const name of DATABASES.toReversed()) await clients[name].query('COMMIT');
  } finally {
    files?.abandon();
  }
}

/**
 * Begins a transaction in which nobody else gets at the tables. A service that starts meanwhile waits for the rows, with its
 * migrations or with its first look.
 *
 * @throws LaunchError when somebody is there already, or was there since the tables were made
 */
async function take(name: DatabaseName, client: Client, database: DatabaseManifest): Promise<void> {
  const inUse = new LaunchError(`Somebody works on ${name}: stop Natter, and restore again.`);
  const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS got', [migrationLock]);
  if (!rows[0]?.got) throw inUse;
  await client.query('BEGIN');
  const tables = (await listTables(client)).map((table) => quoted(table.name)).join(', ');
  if (tables !== '') {
    await client.query(`SET LOCAL lock_timeout = ${LOCK_WAIT_MS}`);
    await client.query(`LOCK TABLE ${tables} IN ACCESS EXCLUSIVE MODE`).catch((error: DatabaseError) => {
      throw error.code === LOCK_NOT_AVAILABLE ? inUse : error;
    });
  }
  await checkEmpty(name, client, database);
}

async function fillDatabase(
  archive: ArchiveReader,
  name: DatabaseName,
  client: Client,
  { tables, sequences }: DatabaseManifest,
  say: Say,
): Promise<void> {
  await client.query(`SET LOCAL maintenance_work_mem = '${INDEX_MEMORY}'`);
  const indexes = await takeIndexes(client);
  for (const table of tables) {
    const entry = await archive.find(tableEntry(name, table.name));
    const rows = client.query(copyFrom(`COPY ${copied(table)} FROM STDIN`));
    const packed = told(archive.content(entry), say, (bytes) => `${name}: ${table.name}, ${size(bytes)} so far`);
    await pipeline(Readable.from(packed), createGunzip(), rows);
    if (rows.rowCount !== table.rows) {
      throw new LaunchError(
        `Of ${name}.${table.name}, ${rows.rowCount} rows arrived where ${table.rows} were written. Nothing was restored.`,
      );
    }
  }
  for (const statement of indexes) {
    say.now(() => `${name}: making indexes`);
    await client.query(statement);
  }
  for (const table of tables) await client.query(`ANALYZE ${quoted(table.name)}`);
  for (const [sequence, last] of Object.entries(sequences)) {
    if (last !== null) await client.query('SELECT setval($1::regclass, $2)', [quoted(sequence), last]);
  }
  say(
    `${name}: ${count(
      tables.reduce((total, { rows }) => total + rows, 0),
      'row',
    )}`,
  );
}

/** What a database does with itself after a restore, where its service has given it something to do. */
async function settle(client: Client, endSessions: boolean): Promise<void> {
  const { rows } = await client.query(`SELECT to_regproc('public.natter_restored') IS NOT NULL AS knows`);
  if (rows[0]?.knows) await client.query('SELECT natter_restored($1)', [endSessions]);
}

async function fillFiles(archive: ArchiveReader, files: BlobRestore, manifest: Manifest, say: Say): Promise<void> {
  let done = 0;
  for await (const entry of archive.entries()) {
    if (!entry.name.startsWith(FILES)) continue;
    await files.put(entry.name.slice(FILES.length), archive.content(entry));
    done += 1;
    say.now(() => `files: ${done} of ${count(manifest.files.count, 'file')}`);
  }
  say(`files: ${count(done, 'file')}`);
}
