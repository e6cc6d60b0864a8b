import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { AppendRequest } from '@natter/contracts/messages';
import type { Bus } from '@natter/service-kit/nats';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Appender } from './appender.js';
import type { Beats } from './beats.js';
import type { Config } from './config.js';
import { type FakeClient, fakeClient, type FakeContext, fakeContext } from './testing/fakes.js';

let context: FakeContext;
let client: FakeClient;
let appender: Appender;
let requests: AppendRequest[];
let bus: { isUp: boolean; noResponders: (request: number) => void; back: () => void };
let beats: { isHeard: boolean };

beforeEach(() => {
  vi.useFakeTimers();
  context = fakeContext();
  client = fakeClient(context, 'c1');
  requests = [];
  beats = { isHeard: true };
  const nc = {
    subscribe: (_: string, { callback }: { callback: (error: null, message: { subject: string }) => void }) =>
      (bus.noResponders = (request) => callback(null, { subject: `natter.instance.ws-1.appended.${request}` })),
    publish: (_: string, data: string) => requests.push(JSON.parse(data) as AppendRequest),
  };
  bus = Object.assign(
    { isUp: true, noResponders: () => undefined, back: () => undefined },
    { nc, onReconnect: (back: () => void) => (bus.back = back) },
  );
  const config = { INSTANCE_ID: 'ws-1' } as Config;
  appender = new Appender(bus as unknown as Bus, beats as Beats, context.turn, context.metrics, config);
});
afterEach(() => {
  appender.onApplicationShutdown();
  context.slowReaders.onApplicationShutdown();
  vi.useRealTimers();
});

const submit = (room: string, body = 'x') => {
  const id = randomUUID();
  appender.submit(client.connection, 'alice', { room, id, body });
  return id;
};
const endTurn = () => vi.advanceTimersByTimeAsync(0);
const bodies = (request: AppendRequest | undefined) => request?.items.map((item) => 'body' in item && item.body);

describe('Appender', () => {
  it('sends one request a turn, with the sends of all rooms', async () => {
    for (const room of ['r1', 'r2', 'r1']) submit(room);
    await endTurn();
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      instance: 'ws-1',
      items: [{ room: 'r1', username: 'alice' }, { room: 'r1' }, { room: 'r2' }],
    });
  });

  it('lets a room wait for its answer, and no other room', async () => {
    submit('r1', 'a');
    await endTurn();
    submit('r1', 'b');
    submit('r2', 'c');
    submit('r1', 'd');
    await endTurn();
    expect(requests.map(bodies)).toEqual([['a'], ['c']]);
    appender.acked(requests[0]!.items[0]!.ref, 1, 'ts', false);
    await endTurn();
    expect(bodies(requests[2])).toEqual(['b', 'd']);
  });

  it('publishes once more what a room-service took and did not answer', async () => {
    for (const body of ['a', 'b']) submit('r1', body);
    await endTurn();
    appender.acked(requests[0]!.items[0]!.ref, 1, 'ts', false);
    await vi.advanceTimersByTimeAsync(4_000);
    expect(requests.map(bodies)).toEqual([['a', 'b'], ['b']]);
    expect(requests[1]!.items[0]).toEqual(requests[0]!.items[1]);
    appender.acked(requests[1]!.items[0]!.ref, 2, 'ts', true);
    expect(appender.pending).toBe(0);
  });

  it('keeps the order of a room and has one request of it under way, whatever is answered when', async () => {
    const action = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), room: fc.constantFrom('r1', 'r2', 'r3') }),
      fc.record({ kind: fc.constant('answer' as const), which: fc.nat(), ok: fc.boolean() }),
      fc.constant({ kind: 'turn' as const }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 80 }), async (actions) => {
        requests.length = 0;
        const sent: Record<string, string[]> = { r1: [], r2: [], r3: [] };
        const open = new Map<number, string>();
        let seen = 0;
        for (const one of actions) {
          if (one.kind === 'send') sent[one.room]!.push(submit(one.room));
          else if (one.kind === 'answer' && open.size > 0) {
            const ref = [...open.keys()][one.which % open.size]!;
            open.delete(ref);
            if (one.ok) appender.acked(ref, 1, 'ts', false);
            else appender.failed(ref, 'not_member');
          } else await endTurn();
          for (; seen < requests.length; seen++) {
            const rooms = new Set(requests[seen]!.items.map(({ room }) => room));
            for (const room of open.values()) expect(rooms.has(room)).toBe(false);
            for (const { ref, room } of requests[seen]!.items) open.set(ref, room);
          }
        }
        for (const [room, ids] of Object.entries(sent)) {
          const passed = requests.flatMap(({ items }) =>
            items.filter((item) => item.room === room).map(({ id }) => id),
          );
          expect(passed).toEqual(ids.slice(0, passed.length));
        }
        appender.expire(performance.now() + 5_000);
        appender.expire(performance.now() + 5_000);
      }),
    );
  });

  it('splits what would be too much for one message of the bus', async () => {
    for (let i = 0; i < 40; i++) submit(`r${i}`, 'x'.repeat(60_000));
    await endTurn();
    expect(requests.length).toBeGreaterThan(3);
    for (const request of requests) expect(JSON.stringify(request).length).toBeLessThan(700_000);
    expect(requests.flatMap(({ items }) => items)).toHaveLength(40);
  });

  it('answers unavailable when nobody takes it, when the bus comes back, and while nobody is heard', async () => {
    const ids = [submit('r1'), submit('r2')];
    await endTurn();
    bus.noResponders(1);
    ids.push(submit('r1'));
    await endTurn();
    bus.back();
    beats.isHeard = false;
    ids.push(submit('r1'));
    beats.isHeard = true;
    bus.isUp = false;
    ids.push(submit('r1'));
    await endTurn();
    expect(client.frames()).toMatchObject(
      ids.map((id) => ({ type: 'error', id, code: 'unavailable', outcome: 'unknown' })),
    );
    expect(client.connection.inflight).toBe(0);
  });

  it('answers timeout after 4.5 s, sent or waiting, and ignores the answer that comes too late', async () => {
    const first = submit('r1');
    await endTurn();
    const second = submit('r1');
    await vi.advanceTimersByTimeAsync(4_400);
    expect(client.frames()).toEqual([]);
    await vi.advanceTimersByTimeAsync(400);
    expect(client.frames()).toMatchObject([first, second].map((id) => ({ id, code: 'timeout', outcome: 'unknown' })));
    expect(appender.acked(requests[0]!.items[0]!.ref, 1, 'ts', false)).toBeUndefined();
    const third = submit('r1');
    await endTurn();
    expect(requests.at(-1)!.items.map(({ id }) => id)).toEqual([third]);
  });

  it('tells no code that a frame may not carry', async () => {
    submit('r1');
    submit('r1');
    await endTurn();
    const [one, two] = requests[0]!.items;
    appender.failed(one!.ref, 'internal');
    appender.failed(two!.ref, 'banned');
    await endTurn();
    expect(client.frames().map(({ code }) => code)).toEqual(['unavailable', 'forbidden']);
  });
});
