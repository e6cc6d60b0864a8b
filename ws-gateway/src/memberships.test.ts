// A user's memberships, while those who know them are away.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { MemberChange } from '@natter/contracts/events';
import type { Membership } from '@natter/contracts/rooms';
import { Bus } from '@natter/service-kit/nats';
import { Directory } from './directory.js';
import { Hub } from './hub.js';
import type { LogReader } from './log-reader.js';
import { Memberships } from './memberships.js';
import { fakeClient, type FakeContext, fakeContext, silentLogger } from './testing/fakes.js';

let context: FakeContext;
beforeEach(() => {
  vi.useFakeTimers();
  context = fakeContext();
});
afterEach(() => {
  context.slowReaders.onApplicationShutdown();
  vi.useRealTimers();
});

const room = 'room-1';
const membership = { id: room, last_seq: 7, visible_after: 0 } as Membership;
const reader = { read: () => Promise.reject(new Error('log away')) } as unknown as LogReader;

function stage(read: () => Promise<Membership[]>) {
  const hub = new Hub(reader, context.turn, context.metrics);
  const bus = { onJson: () => undefined, onReconnect: () => undefined } as unknown as Bus;
  const directory = { memberships: vi.fn(read) };
  const memberships = new Memberships(bus, hub, directory as unknown as Directory, context.metrics, silentLogger);
  const client = fakeClient(context, 'ann', hub.userOf('ann'));
  hub.add(client.connection);
  client.connection.open();
  return { hub, directory, memberships, client };
}

it('are read until they can be, however long that takes', async () => {
  let isAway = true;
  const { hub, memberships, client } = stage(() =>
    isAway ? Promise.reject(new Error('away')) : Promise.resolve([membership]),
  );
  memberships.hint('ann', room);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(client.frames()).toEqual([]);
  isAway = false;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(client.frames()).toMatchObject([{ type: 'room_added', room: { id: room, last_seq: 7 } }]);
  hub.onApplicationShutdown();
});

it('are asked for no more once the last socket has gone', async () => {
  const { hub, directory, memberships, client } = stage(() => Promise.reject(new Error('away')));
  memberships.hint('ann', room);
  await vi.advanceTimersByTimeAsync(60_000);
  hub.remove(client.connection);
  await vi.advanceTimersByTimeAsync(10_000);
  const asked = directory.memberships.mock.calls.length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(directory.memberships.mock.calls.length).toBe(asked);
  hub.onApplicationShutdown();
});

it('that ended before anybody could be told of them are told as ended', async () => {
  const rooms: Membership[][] = [];
  const { hub, memberships, client } = stage(() => Promise.resolve(rooms.shift() ?? []));
  const user = hub.users.get('ann')!;
  const hear = (change: MemberChange): void => {
    hub.pass(user, room, { change });
    memberships.hint('ann', room);
  };
  hear('joined');
  hear('banned');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(client.frames()).toEqual([{ type: 'room_removed', room, reason: 'banned' }]);
  // Said once more: there is nothing to tell.
  hear('banned');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(client.frames()).toHaveLength(1);
  rooms.push([membership]);
  hear('joined');
  await vi.advanceTimersByTimeAsync(1_000);
  expect(client.frames()[1]).toMatchObject({ type: 'room_added', room: { id: room } });
  expect(client.frames()).toHaveLength(2);
  hub.onApplicationShutdown();
});
