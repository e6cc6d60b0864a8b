import { randomUUID } from 'node:crypto';
import { StorageType } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { buckets } from '@natter/contracts/subjects';
import { Bus } from '@natter/service-kit/nats';
import { openTestBus, startTestNats, type TestNats } from '@natter/service-kit/testing/nats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silent } from '../testing/rooms-database.js';
import { until } from '../testing/wait.js';
import { Interest } from './interest.js';

let nats: TestNats;
let owner: Bus;
let bus: Bus;
let interest: Interest;

beforeAll(async () => {
  nats = await startTestNats();
  owner = await openTestBus(nats);
  bus = await Bus.connect('room-service', nats.env('room-service'), 'interest-test', silent);
  interest = new Interest(bus, silent);
});

afterAll(async () => {
  interest?.stop();
  await bus?.close();
  await owner?.close();
  await nats?.stop();
});

const bucket = (): Promise<KV> => new Kvm(owner.nc).create(buckets.interest, { storage: StorageType.Memory });
const of = (room: string) => [...interest.instancesOf(room)].toSorted();
const untilOf = (room: string, instances: string[]) =>
  until(`${instances.join()} hear of it`, () => of(room).join() === instances.join());

describe('the interest table', () => {
  const [before, during] = [randomUUID(), randomUUID()];

  it('waits for its bucket, and shows what stands in it', async () => {
    interest.start();
    expect(interest.isWatching).toBe(false);
    const kv = await bucket();
    await kv.put(`${before}.ws-1`, 'i');
    await untilOf(before, ['ws-1']);
    await kv.put(`${before}.ws-2`, 'i');
    await untilOf(before, ['ws-1', 'ws-2']);
    await kv.delete(`${before}.ws-1`);
    await untilOf(before, ['ws-2']);
    expect(of(randomUUID())).toEqual([]);
  });

  it('stands while the bus and its store are lost, and follows the new one', async () => {
    await nats.restart({ wipe: true });
    expect(of(before)).toEqual(['ws-2']);
    await until('the bus is back', () => bus.isUp && owner.isUp);
    const kv = await bucket();
    await kv.put(`${during}.ws-3`, 'i');
    await untilOf(during, ['ws-3']);
    expect(of(before)).toEqual(['ws-2']);
  });

  it('notices by itself that the bucket was made anew', async () => {
    await (await bucket()).destroy();
    const kv = await bucket();
    const after = randomUUID();
    await kv.put(`${after}.ws-4`, 'i');
    await untilOf(after, ['ws-4']);
  });
});
