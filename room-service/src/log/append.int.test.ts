import { randomUUID } from 'node:crypto';
import type { SendItem } from '@natter/contracts/messages';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Replica, startReplica } from '../testing/replica.js';
import { createRoomsDatabase, type RoomsDatabase } from '../testing/rooms-database.js';
import { until } from '../testing/wait.js';
import type { AppendResult } from './outcomes.js';

let database: RoomsDatabase;
let left: Replica;
let right: Replica;

beforeAll(async () => {
  database = await createRoomsDatabase();
  left = await startReplica(database.url, database.dataSource);
  right = await startReplica(database.url, database.dataSource);
});

afterAll(async () => {
  await left?.stop();
  await right?.stop();
  await database?.drop();
});

const send = (room: string, sender: string, more: Partial<SendItem> = {}): SendItem => ({
  ref: 0,
  room,
  sender,
  username: 'ann',
  id: randomUUID(),
  body: 'hello',
  ...more,
});

interface StoredRow {
  seq: number;
  ts: Date;
  sender: string;
  id: string;
  payload: string;
}

const logOf = (room: string): Promise<StoredRow[]> =>
  database.dataSource.query(`SELECT seq, ts, sender, id, payload FROM log WHERE room = $1 ORDER BY seq`, [room]);

/** Waits until that many statements of append connections wait for a lock. */
const untilWaiting = (count: number): Promise<void> =>
  until(`${count} appends wait for a lock`, async () => {
    const rows: unknown[] = await database.dataSource.query(
      `SELECT 1 FROM pg_stat_activity
       WHERE application_name = 'room-service append' AND datname = current_database() AND wait_event_type = 'Lock'`,
    );
    return rows.length === count;
  });

/** Holds the head of a room's log while `work` runs; then commits what `end` does. */
async function holding(room: string, work: () => Promise<void>, end = ''): Promise<void> {
  const runner = database.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(`SELECT 1 FROM heads WHERE room = $1 FOR NO KEY UPDATE`, [room]);
  await work();
  if (end !== '') await runner.query(end, [room]);
  await runner.commitTransaction();
  await runner.release();
}

describe('append', () => {
  it('numbers a room from 1 without holes and says so to the sender', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    const results = await Promise.all([1, 2, 3].map(() => left.appender.append(send(room, ann))));
    expect(results.map((result) => 'seq' in result && result.seq)).toEqual([1, 2, 3]);
    expect(results.every((result) => 'ts' in result && /^\d{4}-.*\.\d{3}Z$/.test(result.ts))).toBe(true);
  });

  it('answers a repeat with the first place, and a reused id with a conflict', async () => {
    const ann = randomUUID();
    const [room, other] = [await database.room([ann]), await database.room([ann])];
    const first = send(room, ann, { body: 'a', meta: { x: 1, y: { z: 2, w: 3 } } });
    const stored = await left.appender.append(first);
    expect(await right.appender.append({ ...first, username: 'renamed' })).toEqual({ ...stored, dup: true });
    expect(await right.appender.append({ ...first, meta: { y: { w: 3, z: 2 }, x: 1 } })).toEqual({
      ...stored,
      dup: true,
    });
    for (const changed of [{ body: 'b' }, { room: other }, { reply_to: 1 }, { meta: { x: 2 } }])
      expect(await left.appender.append({ ...first, ...changed })).toEqual({ code: 'id_conflict' });
    expect(await logOf(room)).toHaveLength(1);
    expect(await logOf(other)).toHaveLength(0);
  });

  it('says no more to an outsider of a private room than of one that does not exist', async () => {
    const [ann, eve] = [randomUUID(), randomUUID()];
    const hidden = await database.room([ann], { visibility: 'private' });
    const open = await database.room([ann]);
    expect(await left.appender.append(send(hidden, eve))).toEqual({ code: 'not_found' });
    expect(await left.appender.append(send(hidden, eve, { reply_to: 99 }))).toEqual({ code: 'not_found' });
    expect(await left.appender.append(send(randomUUID(), eve))).toEqual({ code: 'not_found' });
    expect(await left.appender.append(send('no id at all', eve))).toEqual({ code: 'not_found' });
    expect(await left.appender.append(send(open, eve))).toEqual({ code: 'not_member' });
  });

  it('refuses to answer what is not there', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    await left.appender.append(send(room, ann));
    expect(await left.appender.append(send(room, ann, { thread: 1, reply_to: 2 }))).toEqual({
      code: 'not_found',
      detail: 'reply_to: 2 is no message of this room',
      fields: [{ field: 'reply_to', code: 'not_found' }],
    });
    expect(await left.appender.append(send(room, ann, { thread: 7 }))).toMatchObject({
      fields: [{ field: 'thread', code: 'not_found' }],
    });
    expect(await left.appender.append(send(room, ann, { thread: 1, reply_to: 1 }))).toMatchObject({ seq: 2 });
    expect(await left.appender.append(send(room, ann, { files: [randomUUID()] }))).toMatchObject({
      code: 'not_found',
      fields: [{ field: 'files', code: 'not_found' }],
    });
  });

  it('keeps text exactly as it came', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    const body = ` "quoted" \\ {a,b} NULL \n\u0001\u2028 👍🏽 e\u0301 `;
    await left.appender.append(send(room, ann, { body }));
    const [row] = await logOf(room);
    expect(JSON.parse(row!.payload)).toMatchObject({ body, sender: { id: ann, username: 'ann' }, deleted: false });
  });

  it('stores an id that is used in two rooms at once only in the first', async () => {
    const ann = randomUUID();
    const [room, other, quiet] = [await database.room([ann]), await database.room([ann]), await database.room([ann])];
    const item = send(room, ann);
    const runner = database.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(
      `INSERT INTO log (room, seq, type, ts, sender, id, payload) VALUES ($1, 1, 'message', now(), $2, $3, '{"body":"x","files":[]}')`,
      [other, ann, item.id],
    );
    const results = Promise.all([left.appender.append(item), left.appender.append(send(quiet, ann))]);
    await untilWaiting(1);
    await runner.commitTransaction();
    await runner.release();
    expect(await results).toEqual([{ code: 'id_conflict' }, expect.objectContaining({ seq: 1, dup: false })]);
  });

  it('spoils no other send with one that the database cannot take', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    const results = await Promise.all([
      left.appender.append(send(room, ann)),
      left.appender.append(send(room, 'no uuid')),
      left.appender.append(send(room, ann)),
    ]);
    expect(results).toEqual([
      expect.objectContaining({ seq: 1 }),
      { code: 'not_found' },
      expect.objectContaining({ seq: 2 }),
    ]);
  });

  it('sends one block per instance with its acks and the events, in the order of the log', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    const replica = await startReplica(database.url, database.dataSource, { interest: () => ['ws-2'] });
    const items = [1, 2, 3].map((ref) => send(room, ann, { ref }));
    replica.appender.push('ws-1', [...items, { ...items[0]!, ref: 4 }, send(randomUUID(), ann, { ref: 5 })]);
    await until('both were told', () => replica.sent.length === 2);
    await replica.stop();
    const [one, two] = ['ws-1', 'ws-2'].map((name) => replica.sent.find(({ subject }) => subject.includes(name)));
    expect(one?.acks.map(([ref, seq, , dup]) => [ref, seq, dup ?? false])).toEqual([
      [1, 1, false],
      [2, 2, false],
      [3, 3, false],
      [4, 1, true],
    ]);
    expect(one?.errors).toEqual([[5, 'not_found']]);
    expect(two?.acks).toEqual([]);
    for (const block of [one, two]) expect(block?.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const rows = await logOf(room);
    expect(two?.events.map(({ bytes }) => String(bytes))).toEqual(
      rows.map(
        ({ seq, ts, payload }) =>
          `{"type":"message","room":"${room}","seq":${seq},"ts":"${ts.toISOString()}",${payload.slice(1)}`,
      ),
    );
  });

  it('agrees with the log whatever is sent, repeated and mixed over two replicas', async () => {
    const senders = [randomUUID(), randomUUID()];
    const stranger = randomUUID();
    const choice = fc.record({
      room: fc.nat(3),
      sender: fc.nat(2),
      id: fc.nat(11),
      body: fc.constantFrom('a', 'b'),
      replica: fc.boolean(),
    });
    const property = async (
      choices: { room: number; sender: number; id: number; body: string; replica: boolean }[][],
    ) => {
      const rooms = [await database.room(senders), await database.room(senders), await database.room(senders)];
      rooms.push(await database.room(senders, { visibility: 'private' }));
      const ids = Array.from({ length: 12 }, () => randomUUID());
      const done: { item: SendItem; replica: boolean; result: AppendResult }[] = [];
      for (const burst of choices)
        await Promise.all(
          burst.map(async ({ room, sender, id, body, replica }) => {
            const item = send(rooms[room]!, [...senders, stranger][sender]!, { id: ids[id]!, body });
            const result = await (replica ? left : right).appender.append(item);
            done.push({ item, replica, result });
          }),
        );

      const stored = new Map<string, StoredRow & { room: string }>();
      for (const room of rooms) {
        const rows = await logOf(room);
        expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
        const times = rows.map(({ ts }) => ts.getTime());
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        for (const row of rows) {
          expect(stored.has(row.sender + row.id)).toBe(false);
          stored.set(row.sender + row.id, { ...row, room });
        }
      }

      const firsts = new Set<string>();
      for (const { item, result } of done) {
        const row = stored.get(item.sender + item.id);
        if (item.sender === stranger) {
          expect(result).toEqual({ code: item.room === rooms[3] ? 'not_found' : 'not_member' });
          expect(row).toBeUndefined();
          continue;
        }
        const same = row?.room === item.room && JSON.parse(row.payload).body === item.body;
        if (!same) {
          expect(result).toEqual({ code: 'id_conflict' });
          continue;
        }
        expect(result).toMatchObject({ seq: row.seq, ts: row.ts.toISOString() });
        if ('dup' in result && !result.dup) {
          expect(firsts.has(item.sender + item.id)).toBe(false);
          firsts.add(item.sender + item.id);
        }
      }
      expect(firsts.size).toBe(stored.size);

      // P6: what one replica was given in an order has that order in each room.
      for (const replica of [true, false])
        for (const room of rooms) {
          const seqs = choices.flatMap((burst) =>
            burst.flatMap((choice) => {
              if (choice.replica !== replica || rooms[choice.room] !== room || choice.sender === 2) return [];
              const key = [...senders][choice.sender]! + ids[choice.id]!;
              const first = done.find(
                ({ item, result }) => item.sender + item.id === key && 'dup' in result && !result.dup,
              );
              return first?.replica === replica && first.item.room === room && 'seq' in first.result
                ? [first.result.seq]
                : [];
            }),
          );
          const firstSeen = [...new Set(seqs)];
          expect(firstSeen).toEqual(firstSeen.toSorted((a, b) => a - b));
        }
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(choice, { minLength: 1, maxLength: 25 }), { minLength: 1, maxLength: 4 }),
        property,
      ),
      { numRuns: 40 },
    );
  });
});

describe.each(['alone', 'in a batch'] as const)('append, %s,', (how) => {
  /** Two functions store plain sends: one what comes alone, one what came together. */
  async function append(replica: Replica, item: SendItem): Promise<AppendResult> {
    if (how === 'in a batch') {
      const zoe = randomUUID();
      const beside = await database.room([zoe]);
      void replica.appender.append(send(beside, zoe));
    }
    return replica.appender.append(item);
  }

  it('never lets the time fall, even after a clock that ran ahead', async () => {
    const ann = randomUUID();
    const future = new Date('2999-01-01T00:00:00.123Z');
    const room = await database.room([ann], { lastTs: future });
    expect(await append(left, send(room, ann))).toMatchObject({ ts: future.toISOString() });
  });

  it('stores one of two racing sends with the same id on two replicas', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    const item = send(room, ann);
    let results: Promise<AppendResult[]> | undefined;
    await holding(room, async () => {
      results = Promise.all([append(left, item), append(right, item)]);
      await untilWaiting(2);
    });
    const answers = (await results!) as { seq: number; ts: string; dup: boolean }[];
    expect(answers.map(({ seq }) => seq)).toEqual([1, 1]);
    expect(answers.map(({ dup }) => dup).sort()).toEqual([false, true]);
    expect(answers[0]!.ts).toBe(answers[1]!.ts);
  });

  it.each([
    ['of a sender who is removed', 'not_member', `DELETE FROM members WHERE room = $1 AND role = 'member'`],
    ['of a room that is deleted', 'not_found', `DELETE FROM rooms WHERE id = $1`],
  ] as const)('stores nothing %s while the send waits for the lock, and answers %s', async (_, code, end) => {
    const [owner, ann] = [randomUUID(), randomUUID()];
    const room = await database.room([owner, ann]);
    let result: Promise<AppendResult> | undefined;
    await holding(
      room,
      async () => {
        result = append(left, send(room, ann));
        await untilWaiting(1);
      },
      end,
    );
    expect(await result).toEqual({ code });
    expect(await logOf(room)).toHaveLength(0);
  });
});
