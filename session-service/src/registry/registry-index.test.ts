import { beforeEach, describe, expect, it } from 'vitest';
import type { StoredLease } from './lease-rules.js';
import { connectionKey, interestKey, RegistryIndex } from './registry-index.js';

let nowMs: number;
let changed: string[];
const isOnline = (user: string): boolean => index.statusOf(user) === 'online';
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
const open = (instance: string, id: string, user: string, incarnation = 'i1', away?: true) =>
  index.applyConnection(
    connectionKey(instance, id),
    { id, user, session: 's', since: '2026-01-01T00:00:00.000Z', incarnation, ...(away && { away }) },
    ++revision,
  );
const close = (instance: string, id: string) => index.applyConnection(connectionKey(instance, id), null, ++revision);

beforeEach(() => {
  nowMs = 0;
  revision = 0;
  changed = [];
  index = new RegistryIndex(
    () => nowMs,
    (cause) => (cause === 'floors' ? 100 : 10),
  );
  index.onUserChanged((user) => changed.push(user));
});

describe('the index', () => {
  it('shows a connection while the lease names the incarnation that opened it', () => {
    open('ws-1', 'c1', 'ada');
    expect(isOnline('ada')).toBe(false);
    index.applyLease('ws-1', lease('i1'), 1);
    expect(index.liveConnections('ada').map((record) => record.entry.id)).toEqual(['c1']);
    index.applyLease('ws-1', lease('i2'), 2);
    expect(isOnline('ada')).toBe(false);
    open('ws-1', 'c2', 'ada', 'i2');
    expect(index.liveConnections('ada').map((record) => record.entry.id)).toEqual(['c2']);
    index.applyLease('ws-1', null, 3);
    expect(isOnline('ada')).toBe(false);
  });

  it('shows all connections page by page, by instance and id, leaving out what does not count', () => {
    for (const instance of ['ws-2', 'ws-1', 'ws-10']) index.applyLease(instance, lease('i1'), ++revision);
    const opened = ['ws-2.b', 'ws-1.c', 'ws-10.a', 'ws-1.a', 'ws-2.a', 'ws-1.b', 'ws-1.d'];
    for (const key of opened) open(key.split('.')[0]!, key.split('.')[1]!, key === 'ws-1.c' ? 'ben' : 'ada');
    open('ws-1', 'aa', 'ada', 'an older start');
    const page = (after: { gateway: string; id: string } | null, limit: number, user?: string) =>
      index.connectionsAfter(after, limit, user).map(({ instance, entry }) => `${instance}.${entry.id}`);
    expect(page(null, 3)).toEqual(['ws-1.a', 'ws-1.b', 'ws-1.c']);
    expect(page({ gateway: 'ws-1', id: 'c' }, 3)).toEqual(['ws-1.d', 'ws-10.a', 'ws-2.a']);
    close('ws-2', 'a');
    expect(page({ gateway: 'ws-2', id: 'a' }, 3)).toEqual(['ws-2.b']);
    expect(page(null, 10, 'ben')).toEqual(['ws-1.c']);
    expect(page({ gateway: 'ws-3', id: 'a' }, 3)).toEqual([]);
  });

  it('says that a user is away while all their connections are', () => {
    index.applyLease('ws-1', lease('i1'), 1);
    open('ws-1', 'c1', 'ada', 'i1', true);
    expect(index.statusOf('ada')).toBe('away');
    open('ws-1', 'c2', 'ada');
    expect(index.statusOf('ada')).toBe('online');
    open('ws-1', 'c2', 'ada', 'i1', true);
    expect(index.statusOf('ada')).toBe('away');
    close('ws-1', 'c1');
    close('ws-1', 'c2');
    expect(index.statusOf('ada')).toBe('offline');
  });

  it('names the users of whom it may say something else now', () => {
    index.applyLease('ws-1', lease('i1'), 1);
    open('ws-1', 'c1', 'ada');
    open('ws-1', 'c2', 'bob');
    expect(changed.splice(0)).toEqual(['ada', 'bob']);
    index.applyLease('ws-1', lease('i1'), 2);
    expect(changed).toEqual([]);
    index.applyLease('ws-1', lease('i2'), 3);
    expect(changed.splice(0)).toEqual(['ada', 'bob']);
    close('ws-1', 'c1');
    close('ws-1', 'c1');
    index.applyLease('ws-1', null, 4);
    expect(changed).toEqual(['ada', 'bob']);
  });

  it('knows which instances have sockets in a room, by leases that count', () => {
    index.applyLease('ws-1', lease('i1'), 1);
    index.applyInterest(interestKey('r1', 'ws-1'), 'i1', 1);
    index.applyInterest(interestKey('r1', 'ws-2'), 'i1', 2);
    expect([...index.instancesOf('r1')]).toEqual(['ws-1']);
    index.applyLease('ws-2', lease('i1'), 3);
    expect([...index.instancesOf('r1')]).toEqual(['ws-1', 'ws-2']);
    expect([...index.instancesOf('r2')]).toEqual([]);
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
    expect(['ada', 'bob', 'cy'].map((user) => isOnline(user))).toEqual([true, true, true]);
    index.applyLease('ws-1', lease('i1'), 1);
    open('ws-1', 'c1', 'ada');
    expect(['ada', 'bob', 'cy'].map((user) => isOnline(user))).toEqual([true, true, true]);
    changed = [];
    expect(index.dropOutdated((instance) => instance.id === 'ws-3')).toEqual({ dropped: 0, waiting: 2 });
    expect(index.dropOutdated(() => true)).toEqual({ dropped: 3, waiting: 0 });
    expect(['ada', 'bob', 'cy'].map((user) => isOnline(user))).toEqual([true, false, false]);
    expect(changed).toEqual(['bob', 'cy']);
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
