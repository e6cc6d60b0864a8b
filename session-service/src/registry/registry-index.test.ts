import { beforeEach, describe, expect, it } from 'vitest';
import type { StoredLease } from './lease-rules.js';
import { connectionKey, interestKey, RegistryIndex } from './registry-index.js';

let nowMs: number;
let gone: [user: string, atMs: number][];
let index: RegistryIndex;
let revision: number;

const lease = (incarnation: string, fulls = 1): StoredLease => ({
  incarnation,
  started_at: 1,
  renewed_at: 0,
  store: 's',
  fulls,
  floors: { connections: 0, interest: 0 },
});
const open = (instance: string, id: string, user: string, incarnation = 'i1') =>
  index.applyConnection(
    connectionKey(instance, id),
    { id, user, session: 's', since: '2026-01-01T00:00:00.000Z', incarnation },
    ++revision,
    0,
  );
const close = (instance: string, id: string, atMs = 0) =>
  index.applyConnection(connectionKey(instance, id), null, ++revision, atMs);

beforeEach(() => {
  nowMs = 0;
  revision = 0;
  gone = [];
  index = new RegistryIndex(
    () => nowMs,
    (user, atMs) => gone.push([user, atMs]),
    (cause) => (cause === 'floors' ? 100 : 10),
  );
});

describe('the index', () => {
  it('shows a connection while the lease names the incarnation that opened it', () => {
    open('ws-1', 'c1', 'ada');
    expect(index.isOnline('ada')).toBe(false);
    index.applyLease('ws-1', lease('i1'), 1);
    expect(index.liveConnections('ada').map((record) => record.entry.id)).toEqual(['c1']);
    index.applyLease('ws-1', lease('i2'), 2);
    expect(index.isOnline('ada')).toBe(false);
    open('ws-1', 'c2', 'ada', 'i2');
    expect(index.liveConnections('ada').map((record) => record.entry.id)).toEqual(['c2']);
    index.applyLease('ws-1', null, 3);
    expect(index.isOnline('ada')).toBe(false);
  });

  it('tells when the last connection of a user goes, and when that was', () => {
    index.applyLease('ws-1', lease('i1'), 1);
    open('ws-1', 'c1', 'ada');
    open('ws-2', 'c2', 'ada');
    close('ws-1', 'c1', 5);
    expect(gone).toEqual([]);
    close('ws-2', 'c2', 7);
    close('ws-2', 'c2', 9);
    expect(gone).toEqual([['ada', 7]]);
  });

  it('forgets an instance of which nothing is left', () => {
    index.applyLease('ws-1', lease('i1'), 1);
    open('ws-1', 'c1', 'ada');
    index.applyInterest(interestKey('r1', 'ws-1'), 'i1', 1);
    close('ws-1', 'c1');
    index.applyInterest(interestKey('r1', 'ws-1'), null, 2);
    index.applyLease('ws-1', null, 3);
    expect(index.instances.size).toBe(0);
  });

  it('expects leftovers when a lease goes or another incarnation takes it, soon; after a full registration, later', () => {
    index.applyLease('ws-1', lease('i1'), 1);
    open('ws-1', 'c1', 'ada');
    const instance = index.instances.get('ws-1');
    expect(instance?.sweepAtMs).toBe(100);
    if (instance) instance.sweepAtMs = undefined;
    index.applyLease('ws-1', lease('i1'), 2);
    expect(instance?.sweepAtMs).toBeUndefined();
    index.applyLease('ws-1', lease('i1', 2), 2);
    expect(instance?.sweepAtMs).toBe(100);
    index.applyLease('ws-1', null, 3);
    expect(instance?.sweepAtMs).toBe(10);
  });

  it('keeps what was known while the buckets are read anew, then drops what they no longer show', () => {
    index.applyLease('ws-1', lease('i1'), 1);
    index.applyLease('ws-2', lease('i1'), 2);
    open('ws-1', 'c1', 'ada');
    open('ws-1', 'c2', 'bob');
    open('ws-2', 'c3', 'cy');
    index.applyInterest(interestKey('r1', 'ws-2'), 'i1', 1);
    index.nextGeneration();
    expect(['ada', 'bob', 'cy'].map((user) => index.isOnline(user))).toEqual([true, true, true]);
    index.applyLease('ws-1', lease('i1'), 1);
    open('ws-1', 'c1', 'ada');
    expect(['ada', 'bob', 'cy'].map((user) => index.isOnline(user))).toEqual([true, true, true]);
    expect(index.dropOutdated(41, (instance) => instance.id === 'ws-3')).toEqual({ dropped: 0, waiting: 2 });
    expect(index.dropOutdated(42, () => true)).toEqual({ dropped: 3, waiting: 0 });
    expect(['ada', 'bob', 'cy'].map((user) => index.isOnline(user))).toEqual([true, false, false]);
    expect(gone).toEqual([
      ['bob', 42],
      ['cy', 42],
    ]);
    expect([...index.instances.keys()]).toEqual(['ws-1']);
  });

  it('renews leases by its own clock only', () => {
    nowMs = 1_000;
    index.applyLease('ws-1', lease('i1'), 1);
    const { lease: held } = index.instances.get('ws-1') ?? {};
    expect(held?.seenAtMs).toBe(1_000);
    nowMs = 2_000;
    index.touch('ws-1');
    index.touch('ws-unknown');
    expect(held?.seenAtMs).toBe(2_000);
    expect(held?.writtenAtMs).toBe(1_000);
  });
});
