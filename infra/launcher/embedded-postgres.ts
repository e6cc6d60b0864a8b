// The database of an installation without one: a real PostgreSQL 18, its data in the data folder.
// Durability is left on (fsync, full_page_writes, synchronous_commit): an `ack` means stored, here too.
import { execFile } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { LaunchError } from './launch-error.js';
import { commandAs, findBinaries, type RunAs, runAs } from './postgres-binaries.js';
import { childrenOf, isAlive, processById, signalProcess } from './processes.js';
import type { PartSpec } from './supervisor.js';
import { waitUntil } from './wait.js';

const INITDB_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const PROBE_TIMEOUT_MS = 1_000;

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  wal_buffers: '16MB',
  min_wal_size: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  random_page_cost: '1.1', // disks are no longer slow to seek
  jit: 'off', // short statements lose more by compiling than they win
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
} as const;

export interface EmbeddedPostgres {
  readonly part: PartSpec;
  /** A superuser's URL of the database `postgres`. */
  readonly url: string;
}

/**
 * Prepares the server: makes its data at the first start. The part is not started.
 *
 * @param folder its data; made when missing
 * @param say told one sentence about anything unusual found there
 * @throws LaunchError when the data cannot be made
 */
export async function embeddedPostgres(
  folder: string,
  port: number,
  password: string,
  say: (sentence: string) => void,
): Promise<EmbeddedPostgres> {
  const { postgres, initdb } = await findBinaries();
  const user = runAs();
  if (!existsSync(join(folder, 'PG_VERSION'))) await initialise(initdb, folder, user, password);
  const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
  const run = commandAs(user, postgres, folder);
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const part: PartSpec = {
    name: 'postgres',
    command: run.command,
    args: [...run.args, '-D', folder, '-p', String(port), ...settings],
    ...run.user,
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
    stopSignal: 'SIGINT', // «fast»: ends sessions and writes a checkpoint
    wholeTree: true,
    beforeStart: () => clearTheWay(folder, say),
    isReady: () => answers(url),
  };
  return { part, url };
}

/** Whether a server answers at this URL within a second. */
export async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: PROBE_TIMEOUT_MS });
  client.on('error', () => undefined); // the server may go away between two looks
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Made beside its place and moved there when whole, so that a start cut short leaves nothing half made. */
async function initialise(initdb: string, place: string, user: RunAs, password: string): Promise<void> {
  const folder = `${place}.new`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const passwordFile = `${place}.password`;
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  chmodSync(passwordFile, 0o600);
  if (user.uid !== undefined && user.gid !== undefined) {
    for (const path of [folder, passwordFile]) chownSync(path, user.uid, user.gid);
  }
  // The built-in locale sorts alike on every system and after every upgrade of it.
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const access = ['--auth=scram-sha-256', '--username=postgres', `--pwfile=${passwordFile}`];
  const run = commandAs(user, initdb, folder);
  try {
    await promisify(execFile)(run.command, [...run.args, '-D', folder, ...locale, ...access], {
      ...run.user,
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C' },
      timeout: INITDB_TIMEOUT_MS,
    });
    renameSync(folder, place);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    const said = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1) ?? String(error);
    throw new LaunchError(`PostgreSQL could not make its data in ${place}: ${said}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/**
 * PostgreSQL starts only where no other runs, and tells by `postmaster.pid`. That file outlives a killed
 * server, and its pid may belong to somebody else by now.
 */
async function clearTheWay(folder: string, say: (sentence: string) => void): Promise<void> {
  const pidFile = join(folder, 'postmaster.pid');
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n')[0]) : Number.NaN;
  const holder = Number.isInteger(pid) ? processById(pid) : null;
  if (!holder) return; // a server that is gone; PostgreSQL removes the file itself
  if (!isServerOf(folder, pid)) {
    say(`removed a stale postmaster.pid: its pid ${pid} now belongs to another program`);
    rmSync(pidFile, { force: true });
    return;
  }
  say(`a PostgreSQL (pid ${pid}) still runs on this data without a launcher: stopping it`);
  const children = childrenOf(pid);
  signalProcess(holder, 'SIGCONT');
  signalProcess(holder, 'SIGINT');
  if (await waitUntil(() => !isAlive(holder), STOP_TIMEOUT_MS)) return;
  for (const process of [holder, ...children]) signalProcess(process, 'SIGKILL');
  await waitUntil(() => !isAlive(holder) && !children.some(isAlive), STOP_TIMEOUT_MS);
}

function isServerOf(folder: string, pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === folder;
  } catch {
    return readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[1] === folder; // no /proc: believe the file
  }
}
