// `natter backup`: all that lasts, as it was at one instant, in one archive, while the system runs. The rows first, the files after
// them: a file is there before the row that names it, so each that a row of the archive names can be found.
import { readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { DATABASES, type DatabaseName } from '@natter/infra/databases';
import type { Client } from 'pg';
import { type CopyToStreamQuery, to as copyTo } from 'pg-copy-streams';
import { type Added, ArchiveWriter } from './archive-writer.js';
import { type Blob, blobPath, readBlob } from './blobs.js';
import { stopAtOneInstant } from './instant.js';
import {
  type CopiedTable,
  type DatabaseManifest,
  FILES,
  MANIFEST,
  type Manifest,
  newManifest,
  tableEntry,
} from './manifest.js';
import { connect, connectAll, findPlace } from './place.js';
import { count, type Say, size, told } from './say.js';
import type { Settings } from './settings.js';
import { copied, listMigrations, readSequences, type Table } from './tables.js';

/** The chat needs the processor more than the archive needs to be small. */
const GZIP_LEVEL = 1;
const FETCH = 1_000;
/** Named one by one; of more only the number is told. */
const NAMED = 10;

/**
 * Writes the archive.
 *
 * @returns files that the system has a record of but no longer the right bytes: the archive is as whole as the system
 * @throws LaunchError when there will be no archive; nothing is left of it then
 */
export async function backup(path: string, settings: Settings, root: string, say: Say): Promise<string[]> {
  const place = await findPlace(settings, say);
  try {
    const archive = await ArchiveWriter.create(path);
    try {
      const clients = await connectAll(place.urls);
      try {
        const { manifest, broken } = await writeAll(archive, clients, settings, root, place.urls.natter_rooms, say);
        const bytes = await archive.finish();
        say(`${path}: ${size(bytes)}, the system as it was at ${manifest.at}`);
        return broken;
      } finally {
        await Promise.allSettled(Object.values(clients).map((client) => client.end()));
      }
    } finally {
      await archive.abandon();
    }
  } finally {
    await place.close();
  }
}

async function writeAll(
  archive: ArchiveWriter,
  clients: Readonly<Record<DatabaseName, Client>>,
  { filesDir }: Settings,
  root: string,
  roomsUrl: string,
  say: Say,
): Promise<{ manifest: Manifest; broken: string[] }> {
  const tables = await stopAtOneInstant(DATABASES.map((name) => clients[name]));
  const { rows } = await clients.natter_rooms.query<{ at: Date; postgres: string }>(
    `SELECT now() AS at, current_setting('server_version') AS postgres`,
  );
  const databases: Partial<Record<DatabaseName, DatabaseManifest>> = {};
  for (const [i, name] of DATABASES.entries()) {
    databases[name] = await writeDatabase(archive, name, clients[name], tables[i] ?? [], say);
  }
  const files = await writeFiles(archive, clients.natter_rooms, roomsUrl, filesDir, say);
  const manifest = newManifest({
    natter: versionOf(root),
    postgres: rows[0]?.postgres ?? '',
    at: rows[0]?.at.toISOString() ?? '',
    databases: databases as Record<DatabaseName, DatabaseManifest>,
    files: files.manifest,
  });
  await archive.add(MANIFEST, [Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)]);
  return { manifest, broken: files.broken };
}

async function writeDatabase(
  archive: ArchiveWriter,
  name: DatabaseName,
  client: Client,
  tables: readonly Table[],
  say: Say,
): Promise<DatabaseManifest> {
  const migrations = await listMigrations(client);
  const sent: { table: Table; rows: CopyToStreamQuery; added: Added }[] = [];
  for (const table of tables) {
    const rows = client.query(copyTo(`COPY ${copied(table)} TO STDOUT`));
    const packed = createGzip({ level: GZIP_LEVEL });
    const entry = tableEntry(name, table.name);
    const watched = told(packed, say, (bytes) => `${name}: ${table.name}, ${size(bytes)} so far`);
    const [added] = await Promise.all([archive.add(entry, watched), pipeline(rows, packed)]);
    sent.push({ table, rows, added });
  }
  const sequences = await readSequences(client);
  // PostgreSQL says how many rows they were after the last of them: only now that is known of each table.
  const written = sent.map(({ table, rows, added }): CopiedTable => ({ ...table, rows: rows.rowCount, ...added }));
  const sum = (what: 'rows' | 'bytes'): number => written.reduce((total, table) => total + table[what], 0);
  say(`${name}: ${count(sum('rows'), 'row')}, ${size(sum('bytes'))}`);
  return { migrations, tables: written, sequences };
}

async function writeFiles(
  archive: ArchiveWriter,
  rooms: Client,
  roomsUrl: string,
  filesDir: string | undefined,
  say: Say,
): Promise<{ manifest: Manifest['files']; broken: string[] }> {
  if (filesDir === undefined) {
    say('files: in a bucket, not in this archive; keep the bucket by its own means (versions, replication)');
    return { manifest: { kept: 'bucket', count: 0, bytes: 0 }, broken: [] };
  }
  const total = { count: 0, bytes: 0 };
  const broken: string[] = [];
  const live = await connect('natter_rooms', roomsUrl);
  try {
    for await (const blob of blobsOf(rooms)) {
      const found = await readBlob(filesDir, blob);
      if (found === undefined) {
        if (await isStillThere(live, blob)) broken.push(`${blob.blob}: its bytes are missing`);
        continue; // deleted since that instant
      }
      const { bytes, sha256 } = await archive.add(`${FILES}${blobPath(blob.blob)}`, found);
      if (bytes !== blob.size || sha256 !== blob.sha256)
        broken.push(`${blob.blob}: its bytes are not those that were sent`);
      total.count += 1;
      total.bytes += bytes;
      say.now(() => `files: ${count(total.count, 'file')} so far, ${size(total.bytes)}`);
    }
  } finally {
    await live.end();
  }
  say(`files: ${count(total.count, 'file')}, ${size(total.bytes)}`);
  return { manifest: { kept: 'folder', ...total }, broken };
}

/** The files that had a record at that instant. The table is the room-service's; that it is read here is known there. */
async function* blobsOf(rooms: Client): AsyncGenerator<Blob> {
  const { rows: found } = await rooms.query(`SELECT to_regclass('public.files') AS files`);
  if (found[0]?.files === null) return;
  await rooms.query('DECLARE blobs NO SCROLL CURSOR FOR SELECT blob, size, sha256 FROM public.files ORDER BY blob');
  for (;;) {
    const { rows } = await rooms.query<Blob>(`FETCH ${FETCH} FROM blobs`);
    if (rows.length === 0) return;
    yield* rows;
  }
}

async function isStillThere(live: Client, { blob }: Blob): Promise<boolean> {
  const { rows } = await live.query('SELECT FROM public.files WHERE blob = $1', [blob]);
  return rows.length > 0;
}

/** What to say of them. */
export function brokenFiles(broken: readonly string[]): string {
  const more = broken.length > NAMED ? [`… and ${broken.length - NAMED} more`] : [];
  return [
    `The archive is complete, but of ${count(broken.length, 'file')} the system itself has not the right bytes any more:`,
    ...[...broken.slice(0, NAMED), ...more].map((line) => `  ${line}`),
    'An earlier backup may have them; look after the disk they are on.',
  ].join('\n');
}

function versionOf(root: string): string {
  return JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).version;
}
