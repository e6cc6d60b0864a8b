// What a new socket waits for, and in which order it is read.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { UserState } from '@natter/contracts/auth';
import type { Membership } from '@natter/contracts/rooms';
import type { Directory } from './directory.js';
import { readNewcomer } from './newcomer.js';
import { fakeClient, type FakeContext, fakeContext } from './testing/fakes.js';

let context: FakeContext;
beforeEach(() => {
  vi.useFakeTimers();
  context = fakeContext();
});
afterEach(() => {
  context.slowReaders.onApplicationShutdown();
  vi.useRealTimers();
});

const account = { id: 'ann', username: 'ann' } as UserState;
const directoryOf = (memberships: () => Promise<Membership[]>): Directory =>
  ({ account: () => Promise.resolve(account), memberships }) as unknown as Directory;

it('reads what can wait only once it has what every newcomer needs', async () => {
  const { connection } = fakeClient(context, 'ann');
  let give: (rooms: Membership[]) => void = () => undefined;
  const extra = vi.fn(() => Promise.resolve('extra'));
  const found = readNewcomer(
    directoryOf(() => new Promise((resolve) => (give = resolve))),
    connection,
    extra,
  );
  await vi.advanceTimersByTimeAsync(1_000);
  expect(extra).not.toHaveBeenCalled();
  give([]);
  expect(await found).toEqual({ account, memberships: [], extra: 'extra' });
});

it('reads the memberships again when something was heard of them meanwhile, and what can wait only once', async () => {
  const { connection } = fakeClient(context, 'ann');
  const reads = [[{ id: 'before' }], [{ id: 'after' }]] as Membership[][];
  const extra = vi.fn(async () => {
    connection.user.version += extra.mock.calls.length === 1 ? 1 : 0;
  });
  const directory = directoryOf(() => Promise.resolve(reads.shift() ?? []));
  expect(await readNewcomer(directory, connection, extra)).toMatchObject({ memberships: [{ id: 'after' }] });
  expect(extra).toHaveBeenCalledTimes(1);
});

it('gives up when what every newcomer needs cannot be read in time', async () => {
  const { connection } = fakeClient(context, 'ann');
  const extra = vi.fn(() => Promise.resolve());
  const found = readNewcomer(
    directoryOf(() => Promise.reject(new Error('away'))),
    connection,
    extra,
  );
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await found).toBeUndefined();
  expect(extra).not.toHaveBeenCalled();
});
