import { randomUUID } from 'node:crypto';
import type { LateMessage } from '@natter/contracts/notifications';
import {
  ackNotifications,
  addNotice,
  listNotifications,
  listPending,
  messageNotificationId,
} from '@natter/contracts/notifications';
import { subjects } from '@natter/contracts/subjects';
import type { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { createTestDatabase, type TestDatabase } from '@natter/service-kit/testing/postgres';
import { openTestBus, startTestNats, type TestNats } from '@natter/service-kit/testing/nats';
import { Client, type QueryConfig } from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Housekeeping } from '../housekeeping/housekeeping.js';
import { Cuttable } from '../testing/cuttable.js';
import { ModelRooms } from '../testing/model-rooms.js';
import { startService } from '../testing/start-service.js';

let nats: TestNats;
let bus: Bus;
let database: TestDatabase;
let way: Cuttable;
let rooms: ModelRooms;
let service: Awaited<ReturnType<typeof startService>>;
let user: string;
let room: string;

const rpc = () => new RpcClient(bus);
const sql = <Row>(query: string, values: unknown[] = []) => service.app.get(DataSource).query<Row[]>(query, values);
/** The statements from now until it is called, by name or text; not what is asked from time to time anyway. */
function listen(): () => string[] {
  const query = vi.spyOn(Client.prototype, 'query');
  return () => {
    const asked = query.mock.calls.map(([what]) => what as string | QueryConfig);
    query.mockRestore();
    return asked
      .map((one) => (typeof one === 'string' ? one : (one.name ?? one.text)))
      .filter((one) => !one.includes('push_'));
  };
}

const list = (options: { limit?: number; cursor?: string } = {}) =>
  rpc().call(listNotifications, { actor: user, ...options });
const idsOf = async () => (await list({ limit: 100 })).items.map((item) => item.id);
const ts = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const id = (seq: number): string => messageNotificationId(room, seq);
const lateMessage = (seq: number, second = seq, mention = false): LateMessage => ({
  room,
  seq,
  ts: ts(second),
  preview: `no. ${seq}`,
  mention,
});
const late = (...messages: LateMessage[]) => rooms.late.set(user, messages);
const notice = (noticeId: string, second: number, about: string | undefined = room) =>
  rpc().call(addNotice, { id: noticeId, user, kind: 'added', room: about, preview: 'a room', ts: ts(second) });

beforeAll(async () => {
  nats = await startTestNats();
  bus = await openTestBus(nats);
  database = await createTestDatabase();
  rooms = await ModelRooms.start(nats.url);
  const { hostname, port } = new URL(database.url);
  way = await Cuttable.to(hostname, Number(port));
  service = await startService(nats, way.through(database.url));
});
afterAll(async () => {
  await service.stop();
  await rooms.stop();
  await bus.close();
  await nats.stop();
  await way.cut();
  await database.drop();
});
beforeEach(() => {
  user = randomUUID();
  room = randomUUID();
  rooms.read.set(user, { [room]: 0 });
  rooms.asked.length = 0;
});

describe('the schema', () => {
  it('is the one that the entities say', async () => {
    const drift = await service.app.get(DataSource).driver.createSchemaBuilder().log();
    expect(drift.upQueries).toEqual([]);
  });

  it('can be taken back and made again', async () => {
    const source = service.app.get(DataSource);
    for (const _ of source.migrations) await source.undoLastMigration();
    await source.runMigrations();
    expect(await sql(`SELECT 1 FROM notices`)).toEqual([]);
  });
});

describe('the list', () => {
  it('is empty after one statement and one call when nothing is pending', async () => {
    const statements = listen();
    expect(await list()).toEqual({ items: [], next: null, count: 0 });
    expect(statements()).toEqual(['kept']);
    expect(rooms.asked).toMatchObject([{ read: false }]);
  });

  it('begins for many at once as for each alone, with one statement and one call', async () => {
    const [first, second] = [user, randomUUID()];
    late(lateMessage(1), lateMessage(2), lateMessage(3));
    rooms.read.set(first, { [room]: 0 });
    await notice('n1', 2);
    user = second;
    const alone = [await list({ limit: 2 })];
    user = first;
    alone.unshift(await list({ limit: 2 }));
    rooms.asked.length = 0;
    const statements = listen();
    const { users } = await rpc().call(listPending, { users: [first, second], limit: 2 });
    expect(statements()).toEqual(['kept']);
    // Who has nothing here has nothing that may be over.
    expect(rooms.asked).toMatchObject([
      { user: first, read: true },
      { user: second, read: false },
    ]);
    expect(users.map(({ user: of }) => of)).toEqual([first, second]);
    expect(users.map(({ items, count }) => ({ items, count }))).toEqual(
      alone.map(({ items, count }) => ({ items, count })),
    );
    expect(users[0]).toMatchObject({ count: 4, items: [{ seq: 1 }, { seq: 2 }] });
  });

  it('shows late messages and notices, oldest first', async () => {
    late(lateMessage(1, 10), lateMessage(2, 30, true));
    await notice('added.1', 20);
    const { items, count } = await list();
    expect(items).toEqual([
      { id: id(1), kind: 'message', room, seq: 1, preview: 'no. 1', ts: ts(10) },
      { id: 'added.1', kind: 'added', room, preview: 'a room', ts: ts(20) },
      { id: id(2), kind: 'mention', room, seq: 2, preview: 'no. 2', ts: ts(30) },
    ]);
    expect(count).toBe(3);
  });

  it('pages without losing or repeating anything, also at equal times', async () => {
    late(...Array.from({ length: 23 }, (_, i) => lateMessage(i + 1, Math.floor(i / 4))));
    for (let i = 0; i < 17; i++) await notice(`added.${String(i).padStart(2, '0')}`, Math.floor(i / 3));
    const whole = await idsOf();
    expect(whole).toHaveLength(40);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({ limit: 7, ...(cursor && { cursor }) });
      expect(page.count).toBe(40);
      paged.push(...page.items.map((item) => item.id));
      cursor = page.next;
    } while (cursor !== null);
    expect(paged).toEqual(whole);
  });

  it('refuses a cursor that is none', async () => {
    await expect(list({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('acknowledging', () => {
  it('puts aside the named ones and nothing else', async () => {
    late(lateMessage(1), lateMessage(2), lateMessage(3), lateMessage(4));
    await notice('added.1', 9);
    await rpc().call(ackNotifications, { actor: user, ids: [id(2), id(3), 'added.1'] });
    expect(await idsOf()).toEqual([id(1), id(4)]);
    expect(rooms.asked.at(-1)?.dismissed).toEqual({ [room]: [[2, 3]] });
    await rpc().call(ackNotifications, { actor: user, ids: [id(4)] });
    expect(rooms.asked.at(-1)?.dismissed).toEqual({ [room]: [[2, 3]] });
    expect(await idsOf()).toEqual([id(1)]);
  });

  it('passes over what is unknown, foreign or put aside already', async () => {
    late(lateMessage(1));
    const other = randomUUID();
    rooms.read.set(other, { [room]: 0 });
    await rpc().call(addNotice, { id: 'foreign', user: other, kind: 'system', ts: ts(1) });
    const ids = ['nonsense', 'foreign', `${randomUUID()}.5`, id(77), `${room}.x`, id(1)];
    await rpc().call(ackNotifications, { actor: user, ids });
    await rpc().call(ackNotifications, { actor: user, ids });
    expect(await idsOf()).toEqual([]);
    expect(await sql(`SELECT room, ranges FROM dismissed WHERE usr = $1`, [user])).toEqual([
      { room, ranges: '{[1,2)}' },
    ]);
    expect((await rpc().call(listNotifications, { actor: other })).items.map((item) => item.id)).toEqual(['foreign']);
  });

  it('up to one takes it and all before it in the order of the list', async () => {
    late(lateMessage(1, 10), lateMessage(2, 20), lateMessage(3, 40));
    await notice('added.1', 5);
    await notice('added.2', 30);
    await notice('added.3', 50);
    await rpc().call(ackNotifications, { actor: user, up_to: 'added.2' });
    expect(await idsOf()).toEqual([id(3), 'added.3']);
    await rpc().call(ackNotifications, { actor: user, up_to: 'added.2' });
    expect(await idsOf()).toEqual([id(3), 'added.3']);
    await rpc().call(ackNotifications, { actor: user, up_to: id(3) });
    expect(await idsOf()).toEqual(['added.3']);
  });

  it('reaches beyond the first thousand', async () => {
    late(...Array.from({ length: 2_500 }, (_, i) => lateMessage(i + 1)));
    await rpc().call(ackNotifications, { actor: user, ids: [id(2_400)] });
    await rpc().call(ackNotifications, { actor: user, up_to: id(2_300) });
    expect((await idsOf()).slice(0, 2)).toEqual([id(2_301), id(2_302)]);
    expect(rooms.asked.at(-1)?.dismissed[room]).toEqual([
      [1, 2_300],
      [2_400, 2_400],
    ]);
  });

  it('leaves out what was put aside beyond the ranges that the room-service takes', async () => {
    late(...Array.from({ length: 2_200 }, (_, i) => lateMessage(i + 1)));
    const even = Array.from({ length: 1_100 }, (_, i) => id(2 * i + 2));
    await rpc().call(ackNotifications, { actor: user, ids: even.slice(0, 600) });
    await rpc().call(ackNotifications, { actor: user, ids: even.slice(600) });
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof list>> = await list({ limit: 100, ...(cursor && { cursor }) });
      seen.push(...page.items.map((item) => item.seq ?? 0));
      cursor = page.next;
    } while (cursor !== null);
    expect(seen).toEqual(Array.from({ length: 1_100 }, (_, i) => 2 * i + 1));
    expect(rooms.asked.at(-1)?.dismissed[room]).toHaveLength(1_000);
  });

  it('at once from several devices loses none', async () => {
    late(...Array.from({ length: 40 }, (_, i) => lateMessage(i + 1)));
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => rpc().call(ackNotifications, { actor: user, ids: [id(i + 1)] })),
    );
    expect(await idsOf()).toEqual([]);
    expect(await sql(`SELECT ranges FROM dismissed WHERE usr = $1`, [user])).toEqual([{ ranges: '{[1,41)}' }]);
  });

  it('is forgotten for what has been read since', async () => {
    late(...[1, 2, 3, 4, 5, 6].map((seq) => lateMessage(seq)));
    await rpc().call(ackNotifications, { actor: user, ids: [id(1), id(2), id(4), id(5)] });
    rooms.read.set(user, { [room]: 4 });
    expect(await idsOf()).toEqual([id(6)]);
    expect(await sql(`SELECT ranges FROM dismissed WHERE usr = $1`, [user])).toEqual([{ ranges: '{[5,6)}' }]);
    rooms.read.set(user, { [room]: 6 });
    expect(await idsOf()).toEqual([]);
    expect(await sql(`SELECT ranges FROM dismissed WHERE usr = $1`, [user])).toEqual([]);
  });
});

describe('what was put aside', () => {
  it('is forgotten for a room that the user has left', async () => {
    late(lateMessage(1));
    await rpc().call(ackNotifications, { actor: user, ids: [id(1)] });
    late();
    rooms.read.set(user, {});
    await list();
    expect(await sql(`SELECT 1 FROM dismissed WHERE usr = $1`, [user])).toEqual([]);
  });
});

describe('a notice', () => {
  it('added twice is there once, and does not come back after it was acknowledged', async () => {
    await notice('added.1', 1);
    await notice('added.1', 1);
    expect(await idsOf()).toEqual(['added.1']);
    await rpc().call(ackNotifications, { actor: user, ids: ['added.1'] });
    await notice('added.1', 1);
    expect(await idsOf()).toEqual([]);
  });

  it('of one id may stand for each of several users', async () => {
    const other = randomUUID();
    await notice('same', 1);
    await rpc().call(addNotice, { id: 'same', user: other, kind: 'system', ts: ts(1) });
    expect((await rpc().call(listNotifications, { actor: other })).items).toEqual([
      { id: 'same', kind: 'system', ts: ts(1) },
    ]);
    expect(await idsOf()).toEqual(['same']);
  });

  it('about a room that the user has left is not shown, and gone', async () => {
    await notice('added.1', 1, randomUUID());
    await notice('added.2', 2);
    const { items, count } = await list();
    expect(items.map((item) => item.id)).toEqual(['added.2']);
    expect(count).toBe(1);
    expect(await sql(`SELECT id FROM notices WHERE usr = $1 AND acked_at IS NULL`, [user])).toEqual([
      { id: 'added.2' },
    ]);
  });

  it('goes with its room', async () => {
    late(lateMessage(1));
    await notice('added.1', 1);
    await rpc().call(ackNotifications, { actor: user, ids: [id(1)] });
    bus.publishJson(subjects.roomDeleted, { room });
    const left = () =>
      sql(`SELECT 1 FROM notices WHERE room = $1 UNION ALL SELECT 1 FROM dismissed WHERE room = $1`, [room]);
    await vi.waitFor(async () => expect(await left()).toEqual([]), 5_000);
  });

  it('is deleted long after it was acknowledged, or waited for', async () => {
    await notice('acked', 1);
    await notice('acked long ago', 2);
    await notice('waits', 3);
    await notice('waits for ever', 4);
    await sql(`UPDATE notices SET ts = now(), acked_at = now() - interval '6 days' WHERE usr = $1 AND id = 'acked'`, [
      user,
    ]);
    await sql(
      `UPDATE notices SET ts = now(), acked_at = now() - interval '8 days' WHERE usr = $1 AND id = 'acked long ago'`,
      [user],
    );
    await sql(`UPDATE notices SET ts = now() WHERE usr = $1 AND id = 'waits'`, [user]);
    await sql(`UPDATE notices SET ts = now() - interval '91 days' WHERE usr = $1 AND id = 'waits for ever'`, [user]);
    await service.app.get(Housekeeping).run();
    expect(await sql(`SELECT id FROM notices WHERE usr = $1 ORDER BY id`, [user])).toEqual([
      { id: 'acked' },
      { id: 'waits' },
    ]);
  });

  it('that cannot be stored is refused', async () => {
    const request = { id: 'x', user, kind: 'system' as const, ts: ts(1) };
    await expect(rpc().call(addNotice, { ...request, ts: 'soon' })).rejects.toMatchObject({ code: 'bad_request' });
    await expect(rpc().call(addNotice, { ...request, id: 'a\u0000b' })).rejects.toMatchObject({ code: 'bad_request' });
  });
});

describe('in a fault', () => {
  it('lists and acknowledgements answer unavailable without the room-service, notices are taken', async () => {
    await rooms.stop();
    await expect(list()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(rpc().call(ackNotifications, { actor: user, ids: ['x'] })).rejects.toMatchObject({
      code: 'unavailable',
    });
    await notice('added.1', 1);
    rooms = await ModelRooms.start(nats.url);
    rooms.read.set(user, { [room]: 0 });
    expect(await idsOf()).toEqual(['added.1']);
  });

  it('calls answer unavailable while the database is away, then work again', async () => {
    await notice('added.1', 1);
    await way.cut();
    for (let i = 0; i < 3; i++) await expect(list()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(notice('added.2', 2)).rejects.toMatchObject({ code: 'unavailable' });
    expect((await service.kit.health.report()).ready).toBe(false);
    await way.mend();
    await vi.waitFor(async () => expect(await idsOf()).toEqual(['added.1']), 10_000);
    expect((await service.kit.health.report()).ready).toBe(true);
  });

  it('nothing is lost when another process takes over', async () => {
    late(lateMessage(1), lateMessage(2));
    await notice('added.1', 9);
    await rpc().call(ackNotifications, { actor: user, ids: [id(1)] });
    const second = await startService(nats, way.through(database.url), 'notification-second');
    await service.stop();
    service = second;
    expect(await idsOf()).toEqual([id(2), 'added.1']);
  });
});
