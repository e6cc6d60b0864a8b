// A plan that is made on an empty installation and kept must be right on a full one. Told from what PostgreSQL counts, not from a clock.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { steadyPlans } from '../database/statements.js';
import { createRoomsDatabase, type RoomsDatabase } from '../testing/rooms-database.js';

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

it('the append reads no more of the log than what it asks for, though the plan is from when the log was empty', async () => {
  const ann = randomUUID();
  const room = await database.room([ann]);
  for (let n = 0; n < batches; n++) {
    const values = [
      batchOf(() => room),
      batchOf(() => ann),
      batchOf(() => randomUUID()),
      batchOf(() => '{"body":"x"}'),
    ];
    const text = 'SELECT outcome FROM natter_append($1, $2, $3, $4)';
    const { rows } = await client.query({ name: 'append', text, values });
    expect(rows.every(({ outcome }) => outcome === 0)).toBe(true);
  }
  await client.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await client.query<{ read: number }>(
    `SELECT sum(idx_tup_read)::int AS read FROM pg_stat_user_indexes WHERE relname = 'log'`,
  );
  expect(rows[0]?.read).toBeLessThan(batches * batch);
});

it('a membership is looked up by room and user, though every room has had one member so far', async () => {
  const { rows } = await client.query<{ 'QUERY PLAN': string }>(
    `EXPLAIN (GENERIC_PLAN) SELECT 1 FROM members WHERE room = $1 AND usr = $2`,
  );
  expect(rows.map((row) => row['QUERY PLAN']).join('\n')).not.toContain('Filter');
});

const batchOf = (make: () => string): string[] => Array.from({ length: batch }, make);
