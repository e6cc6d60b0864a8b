// A plan that is made on an empty installation and kept must be right on a full one. Told from what PostgreSQL counts, not from a clock.
import { randomUUID } from 'node:crypto';
import type { SendItem } from '@natter/contracts/messages';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { steadyPlans } from '../database/statements.js';
import { createRoomsDatabase, type RoomsDatabase } from '../testing/rooms-database.js';
import type { AppendRow } from './append-connection.js';
import { askFor, entryOf } from './entry.js';
import { outcome } from './outcomes.js';

const batches = 10;
const batch = 50;

let database: RoomsDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createRoomsDatabase();
  client = new pg.Client({ connectionString: database.url, options: steadyPlans });
  await client.connect();
  // Many rooms of one member, and nothing said: what tables look like when the first plan is made.
  for (let n = 0; n < 200; n++) await database.room([randomUUID()]);
  await client.query('ANALYZE');
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** Rows of the log that indexes have led to. */
async function read(): Promise<number> {
  await client.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await client.query<{ read: number }>(
    `SELECT sum(idx_tup_read)::int AS read FROM pg_stat_user_indexes WHERE relname = 'log'`,
  );
  return rows[0]!.read;
}

it.each([
  ['by the batch', batch],
  ['one by one', 1],
] as const)(
  'the append %s reads no more of the log than what it asks for, though the plan is from when the log was empty',
  async (_, size) => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    const before = await read();
    for (let n = 0; n < (batches * batch) / size; n++) {
      const item: SendItem = { ref: 0, room, sender: ann, username: 'ann', id: '', body: 'x' };
      const entries = Array.from({ length: size }, () => entryOf({ ...item, id: randomUUID() }));
      const { rows } = await client.query<AppendRow>({ ...askFor('plain', entries), rowMode: 'array' });
      expect(rows.every(([, what]) => what === outcome.stored)).toBe(true);
    }
    expect((await read()) - before).toBeLessThan(batches * batch);
  },
);

it('a membership is looked up by room and user, though every room has had one member so far', async () => {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (GENERIC_PLAN) SELECT 1 FROM members WHERE room = $1 AND usr = $2`,
  );
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toContain('Filter');
});
