// The doctor at PostgreSQL: whether it answers, keeps what it promises, has room, tells the same time, and holds the keys.
import { DATABASES, type DatabaseName, type DatabaseUrls } from '@natter/infra/databases';
import { LaunchError } from '@natter/infra/launch-error';
import type { Client } from 'pg';
import { type Finding, ok, unknown, wrong } from './finding.js';
import { connect } from './place.js';

const OLDEST = 14; // multiranges, which cursors are kept in
/** A room-service has up to seventeen, others ten; beside two of each (74) there must be room for a backup (4) and for you. */
const CONNECTIONS = 90;
const SKEW_MS = 5_000;
const DURABILITY = ['fsync', 'full_page_writes', 'synchronous_commit'];
/** Keys that services make: `needed` when nothing works without them, else they are made when they are first asked for. */
const KEYS: Partial<Record<DatabaseName, { table: string; what: string; needed: boolean }>> = {
  natter_auth: { table: 'signing_keys', what: 'keys that sign sessions', needed: true },
  natter_notifications: { table: 'vapid_key', what: 'key that signs pushes', needed: false },
};

export interface ServerFacts {
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  /** How far its clock is ahead of ours; negative: behind. */
  readonly aheadMs: number;
  readonly encodings: readonly { readonly name: string; readonly encoding: string }[];
}

export async function checkDatabases(urls: DatabaseUrls): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of DATABASES) {
    try {
      const client = await connect(name, urls[name]);
      try {
        if (findings.length === 0) findings.push(...judgeServer(await askServer(client, urls)));
        findings.push(...(await keys(name, client)));
      } finally {
        await client.end();
      }
    } catch (error) {
      if (!(error instanceof LaunchError)) throw error;
      findings.push(
        wrong(
          `postgres: ${error.message}`,
          'See that it runs, and that address, name, password and database are right.',
        ),
      );
    }
  }
  return findings;
}

async function askServer(client: Client, urls: DatabaseUrls): Promise<ServerFacts> {
  const beforeMs = Date.now();
  const { rows } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const middleMs = (beforeMs + Date.now()) / 2;
  const settings = await client.query<{ name: string; setting: string }>(
    'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)',
    [[...DURABILITY, 'max_connections', 'server_version']],
  );
  const encodings = await client.query<{ name: string; encoding: string }>(
    'SELECT datname AS name, pg_encoding_to_char(encoding) AS encoding FROM pg_database WHERE datname = ANY ($1)',
    [Object.values(urls).map((url) => decodeURIComponent(new URL(url).pathname.slice(1)))],
  );
  const facts = Object.fromEntries(settings.rows.map(({ name, setting }) => [name, setting]));
  return {
    version: facts['server_version'] ?? '0',
    settings: facts,
    aheadMs: (rows[0]?.now.getTime() ?? middleMs) - middleMs,
    encodings: encodings.rows,
  };
}

/** What is to be said of a server of which this is known. */
export function judgeServer({ version, settings, aheadMs, encodings }: ServerFacts): Finding[] {
  const off = DURABILITY.filter((name) => settings[name] === 'off');
  const connections = Number(settings['max_connections']);
  const other = encodings.find(({ encoding }) => encoding !== 'UTF8');
  const seconds = (Math.abs(aheadMs) / 1000).toFixed(1);
  return [
    Number.parseInt(version, 10) >= OLDEST
      ? ok(`postgres: ${version} answers`)
      : wrong(`postgres: ${version} is too old`, `Natter needs ${OLDEST} or later.`),
    off.length === 0
      ? ok(`durability: ${DURABILITY.join(', ')} are on`)
      : wrong(
          `durability: ${off.join(', ')} off; the room-service will not be ready`,
          `Turn on: \`ALTER SYSTEM SET ${off[0]} = on\`, then \`SELECT pg_reload_conf()\`.`,
        ),
    connections >= CONNECTIONS
      ? ok(`connections: up to ${connections}`)
      : wrong(
          `connections: only ${connections}`,
          `Set max_connections to ${CONNECTIONS} or more and restart PostgreSQL.`,
        ),
    other === undefined
      ? ok('encoding: UTF8')
      : wrong(
          `encoding: ${other.name} has ${other.encoding}`,
          'Create it anew with ENCODING UTF8: messages need all of Unicode.',
        ),
    Math.abs(aheadMs) <= SKEW_MS
      ? ok(`clock: PostgreSQL and this machine agree to ${seconds} s`)
      : wrong(
          `clock: PostgreSQL is ${seconds} s ${aheadMs > 0 ? 'ahead of' : 'behind'} this machine`,
          'Let both be set by NTP. Nothing is lost or reordered by it, but times shown and tokens’ lives are off by that much.',
        ),
  ];
}

async function keys(name: DatabaseName, client: Client): Promise<Finding[]> {
  const expected = KEYS[name];
  if (expected === undefined) return [];
  const { rows: found } = await client.query('SELECT to_regclass($1) IS NOT NULL AS made', [
    `public.${expected.table}`,
  ]);
  const isMade = found[0]?.made === true;
  const { rows } = isMade ? await client.query(`SELECT FROM public.${expected.table} LIMIT 1`) : { rows: [] };
  if (rows.length > 0) return [ok(`keys: ${name} has the ${expected.what}`)];
  if (!isMade || !expected.needed)
    return [unknown(`keys: ${name} has no ${expected.what} yet: made when first needed`)];
  return [
    wrong(
      `keys: ${name} has no ${expected.what}`,
      'The service makes it at its start: see its log for why it has not.',
    ),
  ];
}
