import { randomUUID } from 'node:crypto';
import { addNotice } from '@natter/contracts/notifications';
import { subjects } from '@natter/contracts/subjects';
import {
  addPushSubscription,
  getPushKey,
  removePushSubscription,
  testPush,
  type Undelivered,
} from '@natter/contracts/push';
import type { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { openTestBus, startTestNats, type TestNats } from '@natter/service-kit/testing/nats';
import { createTestDatabase, type TestDatabase } from '@natter/service-kit/testing/postgres';
import { PushReceiver, type TestDevice } from '@natter/service-kit/testing/push-receiver';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelRooms } from '../testing/model-rooms.js';
import { startService } from '../testing/start-service.js';
import { PushRound } from './push-round.js';

let nats: TestNats;
let bus: Bus;
let database: TestDatabase;
let rooms: ModelRooms;
let service: Awaited<ReturnType<typeof startService>>;
let receiver: PushReceiver;
let user: string;
let session: string;
let room: string;

const rpc = () => new RpcClient(bus);
const sql = <Row>(query: string, values: unknown[] = []) => service.app.get(DataSource).query<Row[]>(query, values);
const subscribe = (device: TestDevice, as = { actor: user, session }) =>
  rpc().call(addPushSubscription, { ...device.subscription, ...as });
const newDevice = async (): Promise<TestDevice> => {
  const device = receiver.device((await rpc().call(getPushKey, {})).key);
  await subscribe(device);
  return device;
};
const endpoints = async () =>
  (await sql<{ endpoint: string }>('SELECT endpoint FROM push_subscriptions WHERE usr = $1', [user])).map(
    ({ endpoint }) => endpoint,
  );
const waiting = (seq: number, more: Partial<Undelivered> = {}): Undelivered => ({
  user,
  room,
  title: 'The lobby',
  delivered: 0,
  count: seq,
  mentions: 0,
  seq,
  ts: '2026-01-01T00:00:00.000Z',
  sender: 'ada',
  preview: `no. ${seq}`,
  ...more,
});
/** As if so much time had gone by since the last push and the last look. */
const later = async (seconds: number): Promise<void> => {
  await sql(`UPDATE pushed SET at = at - make_interval(secs => $1)`, [seconds]);
  await sql(`UPDATE push_subscriptions SET retry_at = retry_at - make_interval(secs => $1)`, [seconds]);
  await sql(`UPDATE push_turns SET at = now()`);
};
/** The user's turn, so many times, by this test or by the service's own timer. */
const turns = async (count: number): Promise<void> => {
  for (let n = 0; n < count; n++) {
    await sql(`UPDATE push_turns SET at = now() WHERE usr = $1`, [user]);
    await service.app.get(PushRound).run();
    // Taken is not over: it is when the lease of 15 s has become the next turn, in 5 s.
    const isOver = async () =>
      (await sql(`SELECT FROM push_turns WHERE usr = $1 AND at > now() + interval '6 seconds'`, [user])).length === 0;
    await vi.waitUntil(isOver, { timeout: 15_000, interval: 20 });
  }
};

beforeAll(async () => {
  nats = await startTestNats();
  bus = await openTestBus(nats);
  database = await createTestDatabase();
  rooms = await ModelRooms.start(nats.url);
  receiver = await PushReceiver.start();
  service = await startService(nats, database.url);
});
afterAll(async () => {
  await service.stop();
  await receiver.stop();
  await rooms.stop();
  await bus.close();
  await nats.stop();
  await database.drop();
});
beforeEach(() => {
  [user, session, room] = [randomUUID(), randomUUID(), randomUUID()];
  rooms.undelivered = [];
});

describe('the key', () => {
  it('is one for all replicas and starts', async () => {
    const second = await startService(nats, database.url, 'notification-second');
    const keys = await Promise.all([1, 2, 3, 4].map(() => rpc().call(getPushKey, {})));
    await second.stop();
    expect(new Set(keys.map(({ key }) => key)).size).toBe(1);
  });
});

describe('a device', () => {
  it('is told, in words only it can read, of what was not delivered', async () => {
    const device = await newDevice();
    rooms.undelivered = [waiting(3)];
    await vi.waitUntil(() => device.pushes.length > 0, { timeout: 10_000 });
    expect(device.pushes).toEqual([
      expect.objectContaining({
        urgency: 'normal',
        payload: {
          id: `${room}.3`,
          kind: 'message',
          ts: '2026-01-01T00:00:00.000Z',
          room,
          title: 'The lobby',
          sender: 'ada',
          preview: 'no. 3',
          count: 3,
        },
      }),
    ]);
    expect(device.pushes[0]?.topic).toMatch(/^[\w-]{32}$/);
  });

  it('is told once a room in a while, and again when there is more', async () => {
    const device = await newDevice();
    rooms.undelivered = [waiting(1)];
    await turns(2);
    rooms.undelivered = [waiting(2)];
    await turns(2);
    expect(device.pushes).toHaveLength(1);
    await later(15);
    await turns(1);
    expect(device.pushes.map(({ payload }) => payload.preview)).toEqual(['no. 1', 'no. 2']);
    expect(new Set(device.pushes.map(({ topic }) => topic)).size).toBe(1);
  });

  it('is told of a mention at once', async () => {
    const device = await newDevice();
    rooms.undelivered = [waiting(1)];
    await turns(1);
    rooms.undelivered = [waiting(2, { mentions: 1 })];
    await turns(1);
    expect(device.pushes.map(({ payload, urgency }) => [payload.kind, urgency])).toEqual([
      ['message', 'normal'],
      ['mention', 'high'],
    ]);
  });

  it('is not told of what was put aside elsewhere', async () => {
    const device = await newDevice();
    await sql(`INSERT INTO dismissed (usr, room, ranges) VALUES ($1, $2, '{[1,9)}')`, [user, room]);
    rooms.undelivered = [waiting(8)];
    await turns(2);
    expect(device.attempts).toBe(0);
  });

  it('is told of what is no message', async () => {
    const device = await newDevice();
    await rpc().call(addNotice, {
      id: 'added.1',
      user,
      kind: 'added',
      preview: 'The lobby',
      ts: '2026-01-01T00:00:00.000Z',
    });
    await turns(3);
    expect(device.pushes.map(({ payload }) => payload)).toEqual([
      { id: 'added.1', kind: 'added', preview: 'The lobby', ts: '2026-01-01T00:00:00.000Z' },
    ]);
  });

  it.each([404, 410])('that its push service no longer knows is forgotten (%d)', async (status) => {
    const [dead, alive] = [await newDevice(), await newDevice()];
    dead.status = status;
    rooms.undelivered = [waiting(1)];
    await turns(1);
    expect(await endpoints()).toEqual([alive.endpoint]);
    expect(alive.pushes).toHaveLength(1);
  });

  it.each([429, 500, 503])('that cannot be reached is tried again, later each time (%d)', async (status) => {
    const device = await newDevice();
    device.status = status;
    rooms.undelivered = [waiting(1)];
    await turns(3);
    expect(device.attempts).toBe(1);
    await later(5);
    await turns(1);
    expect(device.attempts).toBe(2);
    device.status = 201;
    await later(10);
    await turns(1);
    expect(device.pushes).toHaveLength(1);
    expect(await sql('SELECT failures, retry_at FROM push_subscriptions WHERE usr = $1', [user])).toEqual([
      { failures: 0, retry_at: null },
    ]);
  });

  it('is left alone as long as its push service asks', async () => {
    const device = await newDevice();
    device.status = 429;
    device.headers = { 'retry-after': '60' };
    rooms.undelivered = [waiting(1)];
    await turns(1);
    await later(30);
    await turns(1);
    expect(device.attempts).toBe(1);
    await later(31);
    await turns(1);
    expect(device.attempts).toBe(2);
  });

  it('is forgotten with its session, also when nobody heard of the end', async () => {
    const device = await newDevice();
    rooms.endedSessions.add(session);
    rooms.undelivered = [waiting(1)];
    await turns(1);
    expect(await endpoints()).toEqual([]);
    expect(device.attempts).toBe(0);
    session = randomUUID();
    await newDevice();
    bus.publishJson(subjects.sessionsEnded, { user, sessions: [session], reason: 'ended' });
    await vi.waitUntil(async () => (await endpoints()).length === 0, { timeout: 5_000 });
  });

  it('belongs to whoever named it last, and is removed by them only', async () => {
    const device = await newDevice();
    const other = { actor: randomUUID(), session: randomUUID() };
    await rpc().call(removePushSubscription, { endpoint: device.endpoint, actor: other.actor });
    expect(await endpoints()).toHaveLength(1);
    await subscribe(device, other);
    expect(await endpoints()).toEqual([]);
    await rpc().call(removePushSubscription, { endpoint: device.endpoint, actor: other.actor });
    expect(await sql('SELECT 1 FROM push_subscriptions WHERE endpoint = $1', [device.endpoint])).toEqual([]);
  });

  it('takes the place of the oldest where there are 20', async () => {
    const devices: TestDevice[] = [];
    for (let n = 0; n < 21; n++) devices.push(await newDevice());
    const kept = await endpoints();
    expect(kept).toHaveLength(20);
    expect(kept).not.toContain(devices[0]?.endpoint);
  });

  it('elsewhere than at a push service on the list is refused', async () => {
    const { subscription } = receiver.device('');
    const named = (endpoint: string) =>
      rpc().call(addPushSubscription, { ...subscription, endpoint, actor: user, session });
    for (const endpoint of ['https://evil.example/x', 'http://127.0.0.2/x', 'http://[::1]/x', 'file:///etc/passwd'])
      await expect(named(endpoint)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('with keys that are no keys is forgotten when it is first told', async () => {
    const device = receiver.device('');
    const p256dh = Buffer.alloc(65, 7).toString('base64url');
    const keys = { ...device.subscription.keys, p256dh };
    await rpc().call(addPushSubscription, { ...device.subscription, keys, actor: user, session });
    rooms.undelivered = [waiting(1)];
    await turns(1);
    expect(await endpoints()).toEqual([]);
  });
});

describe('a process that dies', () => {
  it('leaves its users to another, and nothing untold', async () => {
    const device = await newDevice();
    rooms.undelivered = [waiting(1)];
    // As a replica leaves it that claimed the turn and died.
    await sql(`UPDATE push_turns SET at = now() + interval '2 seconds' WHERE usr = $1`, [user]);
    await vi.waitUntil(() => device.pushes.length === 1, { timeout: 20_000 });
  });
});

describe('a test push', () => {
  it('shows each step on its way', async () => {
    const device = await newDevice();
    const { id, items } = await rpc().call(testPush, { actor: user });
    expect(items).toHaveLength(1);
    expect(items[0]?.hops.map(({ hop, ok }) => [hop, ok])).toEqual([
      ['address', true],
      ['encryption', true],
      ['connection', true],
      ['push_service', true],
    ]);
    expect(device.pushes[0]?.payload).toMatchObject({ id, kind: 'test' });
  });

  it('shows where it ended, and what was said there', async () => {
    const device = await newDevice();
    device.status = 503;
    const { items } = await rpc().call(testPush, { actor: user });
    expect(items[0]?.hops.at(-1)).toMatchObject({
      hop: 'push_service',
      ok: false,
      detail: expect.stringContaining('503'),
    });
  });

  it('without a device says what to do, and too many are refused', async () => {
    await expect(rpc().call(testPush, { actor: user })).rejects.toMatchObject({ code: 'not_found' });
    await expect(rpc().call(testPush, { actor: user })).rejects.toMatchObject({
      code: 'rate_limited',
      details: { retryAfterMs: expect.any(Number) },
    });
  });
});
