// Two functions store plain sends, one by the batch and one alone: what one of them says, the other has to say.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRoomsDatabase, type RoomsDatabase } from '../testing/rooms-database.js';

const [ann, eve] = [randomUUID(), randomUUID()];
const used = randomUUID();
const ahead = new Date('2999-01-01T00:00:00.123Z');
let database: RoomsDatabase;
const rooms = { open: '', hidden: '', other: '', missing: randomUUID() };

beforeAll(async () => {
  database = await createRoomsDatabase();
  rooms.open = await database.room([ann], { lastTs: ahead });
  rooms.hidden = await database.room([ann], { visibility: 'private', lastTs: ahead });
  rooms.other = await database.room([ann], { lastTs: ahead });
  await database.dataSource.query(`SELECT natter_append_one($1, $2, $3, '{"body":"stored"}')`, [rooms.open, ann, used]);
});

afterAll(async () => database?.drop());

/** What a refusal has for a place says nothing. */
const columns = `ord, outcome, in_room, stored, CASE WHEN outcome < 2 THEN seq END AS seq, CASE WHEN outcome < 2 THEN ts_ms END AS ts_ms`;

/** The answer, and the room's log and head after it; nothing of it stays. */
async function outcomeOf(sql: string, values: readonly [room: string, sender: string, id: string]): Promise<unknown> {
  const runner = database.dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    const answer: unknown = await runner.query(sql, [...values]);
    const log: unknown = await runner.query(`SELECT * FROM log WHERE room = $1 ORDER BY seq`, [values[0]]);
    const head: unknown = await runner.query(`SELECT * FROM heads WHERE room = $1`, [values[0]]);
    return { answer, log, head };
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}

it.each([
  ['stored', 'open', ann, randomUUID(), 0],
  ['a repeat', 'open', ann, used, 1],
  ['a repeat in another room', 'other', ann, used, 1],
  ['from an outsider', 'open', eve, randomUUID(), 2],
  ['from an outsider of a private room', 'hidden', eve, randomUUID(), 3],
  ['to no room', 'missing', ann, randomUUID(), undefined],
] as const)('a message alone is answered as in a batch: %s', async (_, room, sender, id, expected) => {
  const values = [rooms[room], sender, id] as const;
  const alone = await outcomeOf(`SELECT ${columns} FROM natter_append_one($1, $2, $3, '{"body":"x"}')`, values);
  const batched = await outcomeOf(
    `SELECT ${columns} FROM natter_append(ARRAY[$1::uuid], ARRAY[$2::uuid], ARRAY[$3], ARRAY['{"body":"x"}'])`,
    values,
  );
  expect(alone).toEqual(batched);
  expect((alone as { answer: { outcome: number }[] }).answer[0]?.outcome).toBe(expected);
});
