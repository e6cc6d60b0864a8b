// The databases of the Natter that is meant, wherever they are: on the operator's server, in the PostgreSQL of one that runs, or in
// that of one that does not, which is then started for as long as it is needed.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { prepareDatabases } from '@natter/infra/backends';
import { launcherOf, takeDataFolder } from '@natter/infra/data-folder';
import {
  DATABASES,
  type DatabaseName,
  type DatabaseUrls,
  databaseUrls,
  ensureDatabases,
} from '@natter/infra/databases';
import { LaunchError } from '@natter/infra/launch-error';
import { RunFile, stopLeftovers } from '@natter/infra/leftovers';
import { readPorts, rememberedPorts } from '@natter/infra/ports';
import { RunningStack } from '@natter/infra/running-stack';
import { keptSecrets } from '@natter/infra/secrets';
import { StackLog } from '@natter/infra/stack-log';
import { Client } from 'pg';
import type { Settings } from './settings.js';

const CONNECT_TIMEOUT_MS = 10_000;
const LOCAL = '127.0.0.1';
/**
 * Whatever the server's own settings, or those of the role, are: rows are written alike, and a table may take its time while the
 * other databases wait in their transactions.
 */
const OPTIONS =
  '-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c bytea_output=hex -c client_encoding=UTF8 ' +
  '-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0';

export interface Place {
  readonly urls: DatabaseUrls;
  /** Stops what was started for this. */
  close(): Promise<void>;
}

const nothing = async (): Promise<void> => undefined;

/**
 * The databases as they are, to read from.
 *
 * @param say told one sentence about what is done to reach them
 * @throws LaunchError when there are none
 */
export async function findPlace(settings: Settings, say: (sentence: string) => void): Promise<Place> {
  const named = namedUrls(settings);
  if (named !== undefined) return { urls: named, close: nothing };
  const running = runningUrls(settings);
  if (running !== undefined) return { urls: running, close: nothing };
  const { dataDir } = settings;
  if (!hasPostgres(dataDir)) {
    throw new LaunchError(`There is no Natter in ${dataDir}: set NATTER_DATA to its data folder, or DATABASE_URL.`);
  }
  return startPlace(settings, say);
}

/** The databases to be filled, made where they are missing. */
export async function makePlace(settings: Settings, say: (sentence: string) => void): Promise<Place> {
  const { databaseUrls: each, databaseUrl } = settings;
  if (each !== undefined) return { urls: each, close: nothing };
  if (databaseUrl !== undefined) return { urls: await ensureDatabases(databaseUrl), close: nothing };
  return startPlace(settings, say);
}

/** @throws LaunchError when a launcher runs on the data folder */
export function checkNotRunning({ dataDir }: Settings): void {
  const launcher = launcherOf(dataDir);
  if (launcher === null) return;
  throw new LaunchError(
    `Natter runs on the data in ${dataDir} (pid ${launcher.pid}). Stop it, move that folder away, and restore again.`,
  );
}

/** Where the databases are without anything being started; undefined for a Natter of its own PostgreSQL that does not run. */
export const reachableUrls = (settings: Settings): DatabaseUrls | undefined =>
  namedUrls(settings) ?? runningUrls(settings);

/** Connects to each database. @throws LaunchError naming the first that does not answer */
export async function connectAll(urls: DatabaseUrls): Promise<Record<DatabaseName, Client>> {
  const clients: [DatabaseName, Client][] = [];
  try {
    for (const name of DATABASES) clients.push([name, await connect(name, urls[name])]);
  } catch (error) {
    await Promise.allSettled(clients.map(([, client]) => client.end()));
    throw error;
  }
  return Object.fromEntries(clients) as Record<DatabaseName, Client>;
}

/** @throws LaunchError when it does not answer */
export async function connect(name: DatabaseName, url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'natter',
    keepAlive: true,
    options: OPTIONS,
  });
  client.on('error', () => undefined); // reported by the query that meets it
  try {
    await client.connect();
    return client;
  } catch (error) {
    const { host } = new URL(url);
    throw new LaunchError(`The database ${name} on ${host} does not answer: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

function namedUrls({ databaseUrls: each, databaseUrl }: Settings): DatabaseUrls | undefined {
  return each ?? (databaseUrl === undefined ? undefined : databaseUrls(databaseUrl));
}

const hasPostgres = (dataDir: string): boolean => existsSync(join(dataDir, 'postgres', 'PG_VERSION'));

function runningUrls({ dataDir }: Settings): DatabaseUrls | undefined {
  if (launcherOf(dataDir) === null) return undefined;
  const port = readPorts(join(dataDir, 'ports.json'))['postgres'];
  if (port === undefined || !hasPostgres(dataDir)) {
    throw new LaunchError(
      `The Natter in ${dataDir} uses a PostgreSQL of yours: set DATABASE_URL as you do to start it.`,
    );
  }
  const secrets = keptSecrets(join(dataDir, 'secrets.json'), ['postgres', ...DATABASES]);
  return databaseUrls(`postgres://${LOCAL}:${port}/postgres`, secrets);
}

async function startPlace({ dataDir }: Settings, say: (sentence: string) => void): Promise<Place> {
  const folder = takeDataFolder(dataDir);
  const runFile = new RunFile(folder.at('run.json'));
  const log = new StackLog(folder.at('logs'));
  const stack = new RunningStack(folder, log, runFile, false);
  try {
    await stopLeftovers(runFile.readLast(), say);
    const { postgres } = await rememberedPorts(folder.at('ports.json'), ['postgres']);
    const urls = await stack.startBackends(await prepareDatabases(folder, postgres, undefined, say));
    return { urls, close: () => stack.stop() };
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
