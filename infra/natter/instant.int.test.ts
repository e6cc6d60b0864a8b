// The one instant: nothing that is handed from one database to the next may be seen in neither, or in an order that never was.
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stopAtOneInstant } from './instant.js';

const names = ['a', 'b', 'c'].map((letter) => `natter_instant_${letter}_${randomBytes(4).toString('hex')}`);
const server = new URL(process.env['TEST_DATABASE_URL'] ?? '');
const open = async (database: string): Promise<Client> => {
  const client = new Client({ connectionString: Object.assign(new URL(server), { pathname: `/${database}` }).href });
  await client.connect();
  return client;
};
let writers: Client[];
let readers: Client[];

beforeAll(async () => {
  const admin = await open('postgres');
  for (const name of names) await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  writers = await Promise.all(names.map(open));
  readers = await Promise.all(names.map(open));
  for (const writer of writers) await writer.query('CREATE TABLE steps (n integer)');
});

afterAll(async () => {
  await Promise.all([...writers, ...readers].map((client) => client.end()));
  const admin = await open('postgres');
  for (const name of names) await admin.query(`DROP DATABASE ${name}`);
  await admin.end();
});

const last = async (client: Client | undefined): Promise<number> =>
  (await client?.query('SELECT coalesce(max(n), 0) AS n FROM steps'))?.rows[0].n;

it('shows all databases as they were at once, and writers go on meanwhile', async () => {
  const over = new AbortController();
  const writing = (async () => {
    for (let n = 1; !over.signal.aborted; n += 1)
      for (const writer of writers) await writer.query(`INSERT INTO steps VALUES (${n})`);
  })();
  let before = 0;
  for (let round = 0; round < 12; round += 1) {
    const tables = await stopAtOneInstant(readers);
    expect(tables).toEqual(names.map(() => [{ name: 'steps', columns: ['n'] }]));
    const other = await open(names[2] ?? '');
    const [atOnce = 0] = await Promise.all(readers.map(last));
    while ((await last(other)) <= atOnce + 1); // they write on, although the transactions are open
    await other.end();
    const [a = 0, b = 0, c = 0] = [await last(readers[0]), await last(readers[1]), await last(readers[2])];
    expect(
      [a - b, b - c, a - c].every((ahead) => ahead === 0 || ahead === 1),
      `${a} ${b} ${c}`,
    ).toBe(true);
    expect(a).toBeGreaterThan(before);
    before = a;
    for (const reader of readers) await reader.query('ROLLBACK');
  }
  over.abort();
  await writing;
});

it('waits for who is writing, and lets others go first when that takes long', async () => {
  const [writer] = writers;
  await writer?.query('BEGIN');
  await writer?.query('INSERT INTO steps VALUES (1000000)');
  const stopping = stopAtOneInstant(readers);
  const other = await open(names[0] ?? '');
  await other.query('INSERT INTO steps VALUES (-1)'); // held up for less than a second, then let by
  await other.end();
  await writer?.query('COMMIT');
  await stopping;
  expect(await last(readers[0])).toBe(1_000_000);
  for (const reader of readers) await reader.query('ROLLBACK');
});

it('holds nobody up for long when it is frozen at the worst moment', async () => {
  const mine = await Promise.all(names.map(open));
  for (const client of mine) client.on('error', () => undefined);
  const [, , third] = mine as [Client, Client, Client];
  const ask = third.query.bind(third);
  // The third is asked for its picture and never again: writers wait at all three.
  const frozen = new Promise<void>((resolve) => {
    third.query = ((text: string, ...values: []) => {
      if (text !== 'SELECT 1') return ask(text, ...values);
      resolve();
      return new Promise(() => undefined);
    }) as Client['query'];
  });
  void stopAtOneInstant(mine);
  await frozen;
  for (const writer of writers) await writer.query('INSERT INTO steps VALUES (0)');
  await Promise.all(mine.map((client) => client.end()));
});
