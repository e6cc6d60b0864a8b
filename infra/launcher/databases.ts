// The three databases, on the embedded server or on one the operator names. A service sees its own only.
import { Client, type DatabaseError } from 'pg';
import { LaunchError } from './launch-error.js';

const TIMEOUT_MS = 10_000;
const DUPLICATE_DATABASE = '42P04';

export const DATABASES = ['natter_auth', 'natter_rooms', 'natter_notifications'] as const;
export type DatabaseName = (typeof DATABASES)[number];
export type DatabaseUrls = Readonly<Record<DatabaseName, string>>;

/**
 * Makes the databases where they are missing.
 *
 * @param serverUrl any database of the server, as somebody who may create databases
 * @param passwords when given, each database gets an owner of its own (of the same name, with this password)
 *   and nobody else may connect; without, the user of `serverUrl` owns all
 * @returns the URL each service gets
 * @throws LaunchError when the server does not answer or refuses
 */
export async function ensureDatabases(
  serverUrl: string,
  passwords?: Readonly<Record<DatabaseName, string>>,
): Promise<DatabaseUrls> {
  const client = new Client({
    connectionString: serverUrl,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  client.on('error', () => undefined); // reported by the query that meets it
  try {
    await client.connect();
    for (const name of DATABASES) {
      const password = passwords?.[name];
      if (password !== undefined) await ensureOwner(client, name, password);
      await ensureDatabase(client, name, password !== undefined);
    }
  } catch (error) {
    const { host, pathname } = new URL(serverUrl);
    throw new LaunchError(`The databases could not be made on ${host}${pathname}: ${(error as Error).message}`, {
      cause: error,
    });
  } finally {
    await client.end().catch(() => undefined);
  }
  return databaseUrls(serverUrl, passwords);
}

/** The URLs of databases that `ensureDatabases` made. */
export function databaseUrls(serverUrl: string, passwords?: Readonly<Record<DatabaseName, string>>): DatabaseUrls {
  const urls = DATABASES.map((name) => [name, urlOf(serverUrl, name, passwords?.[name])]);
  return Object.fromEntries(urls);
}

async function ensureOwner(client: Client, name: DatabaseName, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  const verb = rowCount === 0 ? 'CREATE' : 'ALTER'; // a restored secrets file may bring another password
  await client.query(`${verb} ROLE ${name} LOGIN PASSWORD ${client.escapeLiteral(password)}`);
}

async function ensureDatabase(client: Client, name: DatabaseName, owned: boolean): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
  if (rowCount !== 0) return;
  try {
    await client.query(`CREATE DATABASE ${name}${owned ? ` OWNER ${name}` : ''}`);
  } catch (error) {
    if ((error as DatabaseError).code !== DUPLICATE_DATABASE) throw error; // another launcher was quicker
  }
  if (owned) await client.query(`REVOKE CONNECT ON DATABASE ${name} FROM PUBLIC`);
}

function urlOf(serverUrl: string, name: DatabaseName, password: string | undefined): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  if (password !== undefined) Object.assign(url, { username: name, password });
  return url.href;
}
