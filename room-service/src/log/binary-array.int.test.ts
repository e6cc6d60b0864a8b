import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRoomsDatabase, type RoomsDatabase } from '../testing/rooms-database.js';
import { bigintArray, doubleArray, intArray, textArray, uuidArray } from './binary-array.js';

let database: RoomsDatabase;
beforeAll(async () => {
  database = await createRoomsDatabase();
});
afterAll(() => database?.drop());

describe('an array in binary', () => {
  it('of texts is what PostgreSQL reads', async () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0') && one.isWellFormed());
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 20 }), async (list) => {
        const rows = await database.dataSource.query('SELECT $1::text[] AS list', [textArray(list)]);
        expect(rows).toEqual([{ list }]);
      }),
      { numRuns: 50 },
    );
  });

  it('of integers is what PostgreSQL reads', async () => {
    const list = [0, 1, -1, 2 ** 31 - 1, -(2 ** 31)];
    const rows = await database.dataSource.query('SELECT $1::int[] AS list', [intArray(list)]);
    expect(rows).toEqual([{ list }]);
  });

  it('of large integers and of fractions is what PostgreSQL reads', async () => {
    const seqs = [0, 1, -1, 2 ** 32, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
    const times = [0, -0.5, 1_763_769_600.123, Number.MAX_VALUE, Number.MIN_VALUE];
    const rows = await database.dataSource.query('SELECT $1::bigint[]::text[] AS seqs, $2::float8[] AS times', [
      bigintArray(seqs),
      doubleArray(times),
    ]);
    expect(rows).toEqual([{ seqs: seqs.map(String), times }]);
  });

  it('of uuids is what PostgreSQL reads, in whatever case they are written', async () => {
    const list = Array.from({ length: 300 }, () => randomUUID());
    const rows = await database.dataSource.query('SELECT $1::uuid[]::text[] AS list', [
      uuidArray(list.map((uuid, index) => (index % 2 === 0 ? uuid : uuid.toUpperCase()))),
    ]);
    expect(rows).toEqual([{ list }]);
  });

  it('is not made of what is no uuid', () => {
    for (const bad of ['', 'x'.repeat(36), randomUUID().slice(1), `${randomUUID()}00`])
      expect(() => uuidArray([bad, randomUUID()])).toThrow(RangeError);
  });
});
