// The real PostgreSQL and nats-server, and what happens to their data when they or their launcher are killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type DataFolder, takeDataFolder } from './data-folder.js';
import { DATABASES, ensureDatabases } from './databases.js';
import { type EmbeddedPostgres, embeddedPostgres } from './embedded-postgres.js';
import { findNatsServer, keptSeeds, natsServer } from './nats-server.js';
import { freePort } from './ports.js';
import { keptSecrets } from './secrets.js';
import { type PartChange, type PartSpec, Supervisor } from './supervisor.js';
import { waitUntil } from './wait.js';

const READY_MS = 20_000;
let folder: DataFolder;
let said: string[];
const running: Supervisor[] = [];

beforeEach(async () => {
  folder = takeDataFolder(await mkdtemp(join(tmpdir(), 'natter-backends-')));
  said = [];
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((part) => part.stop(5_000)));
  await rm(folder.path, { recursive: true, force: true });
});

async function prepare(): Promise<EmbeddedPostgres> {
  const { postgres } = keptSecrets(folder.at('secrets.json'), ['postgres']);
  return embeddedPostgres(folder.at('postgres'), await freePort(new Set()), postgres, (sentence) =>
    said.push(sentence),
  );
}

async function run(spec: PartSpec, restart = false): Promise<Supervisor> {
  const lines: string[] = [];
  const events = {
    line: (_: Supervisor, line: string) => lines.push(line),
    change: (_: Supervisor, change: PartChange) => lines.push(change.kind),
  };
  const part = new Supervisor(spec, events, restart);
  running.push(part);
  part.start();
  if (!(await waitUntil(() => part.state === 'ready', READY_MS))) expect.fail(lines.join('\n'));
  return part;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

it('keeps its data and its durability from one start to the next', async () => {
  const first = await prepare();
  const part = await run(first.part);
  await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await part.stop(5_000);

  const second = await prepare();
  await run(second.part);
  expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  for (const setting of ['fsync', 'full_page_writes', 'synchronous_commit']) {
    expect(await query(second.url, `SHOW ${setting}`)).toEqual([{ [setting]: 'on' }]);
  }
  expect(said).toEqual([]);
});

it('comes back with what was committed after kill -9', async () => {
  const { part: spec, url } = await prepare();
  const part = await run(spec, true);
  await query(url, 'CREATE TABLE kept AS SELECT 42 AS answer');
  part.signal('SIGKILL');
  await waitUntil(() => part.state !== 'ready', 5_000, 5);
  expect(await waitUntil(() => part.state === 'ready', READY_MS)).toBe(true);
  expect(await query(url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
});

it('stops a server that was left without its launcher, and says so', async () => {
  const orphan = await run((await prepare()).part);
  const next = await prepare();
  await run(next.part);
  expect(said).toEqual([expect.stringMatching(/^a PostgreSQL \(pid \d+\) still runs on this data without a launcher/)]);
  expect(await waitUntil(() => orphan.state === 'down', 1_000)).toBe(true);
});

it('does not take a stranger who has the pid in postmaster.pid for its server', async () => {
  const first = await prepare();
  const part = await run(first.part);
  part.signal('SIGKILL');
  await waitUntil(() => part.state === 'down', 5_000);
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  await once(stranger, 'spawn');
  const pidFile = folder.at('postgres', 'postmaster.pid');
  const [, ...rest] = (await readFile(pidFile, 'utf8')).split('\n');
  await writeFile(pidFile, [stranger.pid, ...rest].join('\n'));

  await run((await prepare()).part);
  expect(said).toEqual([`removed a stale postmaster.pid: its pid ${stranger.pid} now belongs to another program`]);
  expect(stranger.exitCode).toBeNull();
  stranger.kill('SIGKILL');
});

it('makes each database once, with an owner who sees no other', async () => {
  const { part, url } = await prepare();
  await run(part);
  const passwords = keptSecrets(folder.at('secrets.json'), DATABASES);
  const urls = await ensureDatabases(url, passwords);
  expect(await ensureDatabases(url, passwords)).toEqual(urls);
  expect(await query(urls.natter_rooms, 'SELECT current_user AS name')).toEqual([{ name: 'natter_rooms' }]);
  await query(urls.natter_rooms, 'CREATE TABLE mine (id int)');
  await query(urls.natter_rooms, 'CREATE EXTENSION IF NOT EXISTS pg_trgm');
  const trespass = new URL(urls.natter_rooms);
  trespass.pathname = '/natter_auth';
  await expect(query(trespass.href, 'SELECT 1')).rejects.toThrow('permission denied');
});

it('starts nats-server with JetStream in a folder of any name', async () => {
  const { part, url } = natsServer(
    findNatsServer(process.env, () => undefined),
    folder.at('a "b" {c} #d'),
    await freePort(new Set()),
    keptSeeds(folder.at('secrets.json')),
  );
  await run(part);
  expect(await part.isReady()).toBe(true);
  expect(url).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/);
});
