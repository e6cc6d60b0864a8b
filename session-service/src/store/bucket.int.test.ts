import { jetstreamManager } from '@nats-io/jetstream';
import { createLogger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { openTestBus, startTestNats, type TestNats } from '@natter/service-kit/testing/nats';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Bucket } from './bucket.js';
import { type Change, watchBucket } from './bucket-watch.js';
import { Buckets } from './buckets.js';

let nats: TestNats;
let bus: Bus;
let bucket: Bucket;

beforeAll(async () => {
  nats = await startTestNats();
  bus = await Bus.connect(
    'session-service',
    nats.env('session-service'),
    'test',
    createLogger('test', { INSTANCE_ID: 'test', LOG_LEVEL: 'silent' }),
  );
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});
beforeEach(async () => {
  bucket = (await Buckets.of(bus, 1_000)).interest;
  if (await bucket.state()) await bucket.jsm.streams.delete(bucket.stream);
  await bucket.make(1, undefined);
});

describe('a bucket', () => {
  it('is made once by many, in memory, with one revision a key', async () => {
    await bucket.jsm.streams.delete(bucket.stream);
    const states = await Promise.all(Array.from({ length: 8 }, () => bucket.make(1, undefined)));
    expect(new Set(states.map((state) => state.createdAt)).size).toBe(1);
    const { config } = await bucket.jsm.streams.info(bucket.stream);
    expect(config).toMatchObject({ storage: 'memory', max_msgs_per_subject: 1, num_replicas: 1 });
  });

  it('that forgot what it held is made again, so that everybody sees that it is another', async () => {
    await bucket.write('a.b', 'x', 0);
    const known = await bucket.state();
    expect(await bucket.make(1, known ?? undefined)).toEqual({ ...known, made: false });
    const again = await bucket.make(1, { createdAt: known?.createdAt ?? '', lastRevision: 99 });
    expect(again.made).toBe(true);
    expect(again.createdAt).not.toBe(known?.createdAt);
    expect(await bucket.read('a.b')).toBeNull();
  });

  it('refuses a write that expects another revision', async () => {
    expect(await bucket.write('a.b', 'x', 0)).toBe(1);
    expect(await bucket.write('a.b', 'y', 0)).toBeNull();
    expect(await bucket.write('a.b', null, 7)).toBeNull();
    expect(await bucket.read('a.b')).toEqual({ revision: 1, value: 'x' });
    expect(await bucket.write('a.b', null, 1)).toBe(2);
    expect(await bucket.read('a.b')).toEqual({ revision: 2, value: null });
    expect(await bucket.write('a.b', 'z', 0)).toBeNull();
    await bucket.erase(2);
    await bucket.erase(2);
    expect(await bucket.read('a.b')).toBeNull();
    expect(await bucket.write('a.b', 'z', 0)).toBe(3);
  });

  it('that is gone answers unavailable', async () => {
    await bucket.jsm.streams.delete(bucket.stream);
    await expect(bucket.write('a.b', 'x', 0)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(bucket.read('a.b')).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a watch', () => {
  it('shows what stands, markers too, then every change, in order', async () => {
    await bucket.write('a.b', 'x', 0);
    await bucket.write('c.d', 'y', 0);
    await bucket.write('c.d', null, 2);
    const seen: Change[] = [];
    const watch = await watchBucket(bucket, 3, (change) => seen.push(change), vi.fn());
    await watch.caughtUp;
    expect(seen.map(({ key, value, revision }) => [key, value, revision])).toEqual([
      ['a.b', 'x', 1],
      ['c.d', null, 3],
    ]);
    for (let i = 0; i < 500; i++) await bucket.write(`e.${i}`, 'z', 0);
    await vi.waitFor(() =>
      expect(seen.map((change) => change.revision).slice(2)).toEqual(seen.slice(2).map((_, i) => i + 4)),
    );
    await vi.waitFor(() => expect(seen).toHaveLength(502));
    watch.stop();
  });

  it('catches up though what it waited for was erased meanwhile', async () => {
    await bucket.write('a.b', 'x', 0);
    await bucket.write('a.b', null, 1);
    const state = await bucket.state();
    await bucket.erase(2);
    const watch = await watchBucket(bucket, state?.lastRevision ?? 0, vi.fn(), vi.fn());
    await watch.caughtUp;
    watch.stop();
  });

  it('ends with a word when its consumer is gone', async () => {
    const doubts: string[] = [];
    const watch = await watchBucket(bucket, 0, vi.fn(), (reason) => doubts.push(reason));
    await watch.caughtUp;
    const other = await openTestBus(nats);
    const { consumers } = await jetstreamManager(other.nc);
    for await (const { name } of consumers.list(bucket.stream)) {
      await consumers.delete(bucket.stream, name);
    }
    await vi.waitFor(() => expect(doubts).toHaveLength(1), 15_000);
    watch.stop();
    await other.close();
  });
});
