import type { Bus } from '@natter/service-kit/nats';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Config } from './config.js';
import { frameText } from './framing.js';
import { Hints, hintsPerSecond } from './hints.js';
import { Hub } from './hub.js';
import type { LogReader } from './log-reader.js';
import { type FakeClient, fakeClient, type FakeContext, fakeContext, FakeSocket } from './testing/fakes.js';

let context: FakeContext;
let hub: Hub;
let hints: Hints;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'setImmediate', 'performance', 'Date'] });
  context = fakeContext();
  hub = new Hub({ read: () => new Promise(() => undefined) } as unknown as LogReader, context.turn, context.metrics);
  hints = new Hints({ onJson: () => undefined } as unknown as Bus, hub, context.metrics, {
    INSTANCE_ID: 'ws-1',
  } as Config);
});
afterEach(() => {
  hints.onApplicationShutdown();
  hub.onApplicationShutdown();
  context.slowReaders.onApplicationShutdown();
  vi.useRealTimers();
});

function enter(name: string, rooms: string[], socket = new FakeSocket()): FakeClient {
  const client = fakeClient(context, name, hub.userOf(name), socket);
  client.connection.stage = 'open';
  hub.add(client.connection);
  for (const id of rooms) hub.enter(client.connection, { id, last_seq: 0, joined_seq: 0 }, 0);
  return client;
}
const presence = (user: string, rooms: string[], status: 'online' | 'offline' = 'online') =>
  hints.take({ presence: [{ user, status, last_seen: 'now', rooms }] });
const receipt = (room: string, user: string, delivered: number, read: number) =>
  hints.receipt(room, Buffer.from(JSON.stringify({ type: 'receipt', room, user, delivered, read })));

describe('hints', () => {
  it('reach each socket in the rooms once, and not those of whom they tell', async () => {
    const [ada, bob, eve] = [enter('ada', ['r1', 'r2']), enter('bob', ['r1', 'r2']), enter('eve', ['r3'])];
    presence('ada', ['r1', 'r2']);
    hints.take({ typing: [['r1', 'bob', true]] });
    await vi.advanceTimersByTimeAsync(100);
    expect(ada.frames()).toEqual([{ type: 'typing', room: 'r1', user: 'bob', on: true }]);
    expect(bob.frames()).toEqual([{ type: 'presence', user: 'ada', status: 'online', last_seen: 'now' }]);
    expect(eve.frames()).toEqual([]);
  });

  it('do not reach who was removed meanwhile', async () => {
    const [ada, bob] = [enter('ada', ['r1']), enter('bob', ['r1'])];
    presence('cy', ['r1']);
    hints.take({ typing: [['r1', 'cy', true]] });
    hub.feeds
      .get('r1')
      ?.offer(1, frameText('{"type":"member"}'), { member: { user: 'ada', change: 'kicked', role: null } });
    await vi.advanceTimersByTimeAsync(100);
    expect(ada.frames().map(({ type }) => type)).not.toContain('presence');
    expect(ada.frames().map(({ type }) => type)).not.toContain('typing');
    expect(bob.frames().map(({ type }) => type)).toContain('presence');
  });

  it('say the newest only, and cursors never fall', async () => {
    const ada = enter('ada', ['r1']);
    presence('bob', ['r1'], 'online');
    presence('bob', ['r1'], 'offline');
    receipt('r1', 'bob', 5, 4);
    receipt('r1', 'bob', 7, 3);
    await vi.advanceTimersByTimeAsync(100);
    expect(ada.frames()).toEqual([
      { type: 'presence', user: 'bob', status: 'offline', last_seen: 'now' },
      { type: 'receipt', room: 'r1', user: 'bob', delivered: 7, read: 4 },
    ]);
  });

  it('are dropped for a slow reader, and for no other', async () => {
    const slow = enter('slow', ['r1'], new FakeSocket(0));
    const quick = enter('quick', ['r1']);
    slow.connection.outbound.push(Buffer.alloc(70_000));
    presence('bob', ['r1']);
    await vi.advanceTimersByTimeAsync(100);
    expect(quick.frames()).toHaveLength(1);
    expect(slow.connection.outbound.queuedBytes).toBe(70_000);
    expect(context.metrics.hintsDropped).toBe(1);
  });

  it('of typing are dropped where the rest of the budget does not reach, and others go on', async () => {
    for (let i = 0; i < 200; i++) enter(`m${i}`, ['big']);
    const pair = enter('pair', ['small']);
    // The burst is 15,000: for 74 × 200 and one it reaches, then not for 200 once more.
    for (let i = 0; i < 74; i++) presence(`p${i}`, ['big']);
    presence('p', ['small']);
    hints.take({ typing: [['big', 'eve', true]] });
    hints.take({ typing: [['small', 'eve', true]] });
    await vi.advanceTimersByTimeAsync(100);
    expect(pair.frames().map(({ type }) => type)).toEqual(['presence', 'typing']);
    expect(context.metrics.hintsDropped).toBe(1);
    expect(hints.size).toBe(0);
  });
});

describe('5,000 who come at once, to ten rooms of 500', () => {
  it('are told of within the budget of each second, all of them, and all at about the same pace', async () => {
    const clients = Array.from({ length: 1_000 }, (_, i) => enter(`m${i}`, [`r${i % 10}`]));
    for (let i = 0; i < 5_000; i++) presence(`u${i}`, [`r${i % 10}`]);
    const perSecond: number[] = [];
    for (let second = 0; hints.size > 0 && second < 100; second++) {
      const before = context.metrics.hints;
      await vi.advanceTimersByTimeAsync(1_000);
      perSecond.push(context.metrics.hints - before);
    }
    // 5,000 users, each shown to the hundred sockets of one room: 500,000 frames.
    expect(context.metrics.hints).toBe(500_000);
    const [first = 0, ...others] = perSecond;
    expect(first).toBeLessThanOrEqual(hintsPerSecond * 1.5 + 100);
    for (const count of others) expect(count).toBeLessThanOrEqual(hintsPerSecond + 100);
    expect(perSecond.length).toBeLessThanOrEqual(Math.ceil(500_000 / hintsPerSecond) + 1);
    for (const { socket } of clients) expect(socket.writes.length).toBeLessThan(500);
    expect(context.metrics.hintsDropped).toBe(0);
  });
});
