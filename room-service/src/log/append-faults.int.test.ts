import { randomUUID } from 'node:crypto';
import type { AppendItem } from '@natter/contracts/messages';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Proxy, startProxy } from '../testing/proxy.js';
import { type Replica, startReplica } from '../testing/replica.js';
import { createRoomsDatabase, type RoomsDatabase } from '../testing/rooms-database.js';
import { until } from '../testing/wait.js';
import type { AppendResult } from './outcomes.js';

const away = { code: 'unavailable', retryAfterMs: 1_000 };
const timings = { answerMs: 1_000, connectMs: 500, maxBackoffMs: 100 };

let database: RoomsDatabase;
let proxy: Proxy;
let replica: Replica;

beforeAll(async () => {
  database = await createRoomsDatabase();
});

afterAll(() => database?.drop());

beforeEach(async () => {
  proxy = await startProxy(database.url);
  replica = await startReplica(proxy.url, database.dataSource, {
    timings,
    limits: { queued: 5, batch: { plain: 1_000, change: 200, carry: 200 }, waitMs: 1_500 },
  });
});

afterEach(async () => {
  proxy.mend();
  await replica.stop();
  proxy.close();
});

const send = (room: string, sender: string): AppendItem => ({
  ref: 0,
  room,
  sender,
  username: 'ann',
  id: randomUUID(),
  body: 'hello',
});

const count = async (room: string): Promise<number> => {
  const rows: unknown[] = await database.dataSource.query(`SELECT 1 FROM log WHERE room = $1`, [room]);
  return rows.length;
};

/** Backends that wait for a lock in the append statement. */
const waiting = (): Promise<{ pid: number }[]> =>
  database.dataSource.query(
    `SELECT pid FROM pg_stat_activity
     WHERE application_name = 'room-service append' AND datname = current_database() AND wait_event_type = 'Lock'`,
  );

/** Appends while the head of the room's log is locked, does `fault`, and lets the lock go. */
async function during(room: string, item: AppendItem, fault: (pid: number) => Promise<void>): Promise<AppendResult> {
  const runner = database.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(`SELECT 1 FROM heads WHERE room = $1 FOR NO KEY UPDATE`, [room]);
  const result = replica.appender.append(item);
  await until('the append waits', async () => (await waiting()).length === 1);
  await fault((await waiting())[0]!.pid);
  const answer = await result;
  await runner.commitTransaction();
  await runner.release();
  return answer;
}

describe('append through faults', () => {
  it('does not know whether a send is stored whose backend was killed, and stores its retry once', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    const item = send(room, ann);
    const first = await during(room, item, async (pid) => {
      await database.dataSource.query(`SELECT pg_terminate_backend($1)`, [pid]);
    });
    expect(first).toEqual(away);
    expect(await replica.appender.append(item)).toMatchObject({ seq: 1 });
    expect(await count(room)).toBe(1);
  });

  it('finds what was stored after the connection was lost, tells its room, and answers the retry with it', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    const item = send(room, ann);
    expect(await during(room, item, async () => proxy.cut())).toEqual(away);
    await until('the lost commit is done', async () => (await count(room)) === 1);
    await until('its room is announced', () => replica.beat.next().heads.some(([id, seq]) => id === room && seq === 1));
    proxy.mend();
    expect(await replica.appender.append(item)).toMatchObject({ seq: 1, dup: true });
  });

  it('gives up a database that says nothing, and works again by itself', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    proxy.freeze();
    expect(await replica.appender.append(send(room, ann))).toEqual(away);
    proxy.mend();
    const next = send(room, ann);
    await until('it is stored', async () => 'seq' in (await replica.appender.append(next)));
  });

  it('answers what waits too long while there is no connection, and stores none of it', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    proxy.cut();
    expect(await replica.appender.append(send(room, ann))).toEqual(away);
    proxy.mend();
    const next = send(room, ann);
    await until('it is stored', async () => 'seq' in (await replica.appender.append(next)));
    expect(await count(room)).toBe(1);
  });

  it('takes no more than its queue holds', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    proxy.cut();
    await until('the loss is noticed', () => !replica.connection.isOpen);
    const results = Array.from({ length: 5 }, () => replica.appender.append(send(room, ann)));
    expect(await replica.appender.append(send(room, ann))).toEqual(away);
    proxy.mend();
    expect((await Promise.all(results)).map((result) => 'seq' in result && result.seq)).toEqual([1, 2, 3, 4, 5]);
  });

  it('refuses nobody for good while another version has changed the tables', async () => {
    const ann = randomUUID();
    const room = await database.room([ann]);
    const item = send(room, ann);
    await database.dataSource.query(`ALTER TABLE heads RENAME last_seq TO newer`);
    expect(await replica.appender.append(item)).toEqual(away);
    await database.dataSource.query(`ALTER TABLE heads RENAME newer TO last_seq`);
    expect(await replica.appender.append(item)).toMatchObject({ seq: 1, dup: false });
  });

  it('answers in time when a room stays locked, and goes on with other rooms', async () => {
    const ann = randomUUID();
    const [room, other] = [await database.room([ann]), await database.room([ann])];
    expect(await during(room, send(room, ann), async () => undefined)).toEqual(away);
    expect(await replica.appender.append(send(other, ann))).toMatchObject({ seq: 1 });
  });
});
