import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { listConnections, listInstances } from '@natter/contracts/sessions';
import { buckets } from '@natter/contracts/subjects';
import type { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { openTestBus, startTestNats, type TestNats } from '@natter/service-kit/testing/nats';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ModelGateway } from '../testing/model-gateway.js';
import { type Service, startService } from '../testing/start-service.js';

let nats: TestNats;
let bus: Bus;
let services: Service[];
let living: ModelGateway;
let dying: ModelGateway;
/** Each has sockets at both gateways, or at the one that dies alone. */
const ada = randomUUID();
const bob = randomUUID();
const room = randomUUID();

const waitFor = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 10 });
const manager = () => jetstreamManager(bus.nc);

beforeEach(async () => {
  nats = await startTestNats();
  bus = await openTestBus(nats);
  const rpc = new RpcClient(bus);
  services = await Promise.all([startService(nats, 'session-1'), startService(nats, 'session-2')]);
  living = new ModelGateway(bus, rpc, 'ws-1');
  dying = new ModelGateway(bus, rpc, 'ws-2');
  await living.start(500);
  await dying.start();
  for (let i = 0; i < 1_200; i++) {
    const id = randomUUID();
    living.connections.set(id, { id, user: i === 0 ? ada : randomUUID(), session: randomUUID(), since: 'now' });
  }
  living.rooms.add(room);
  await living.tell({ opened: [...living.connections.values()], interested: [room] });
  await dying.open(bob);
  await waitFor(() => {
    for (const { index } of services)
      expect([ada, bob].map((user) => index.statusOf(user))).toEqual(['online', 'online']);
  });
});
afterEach(async () => {
  living.kill();
  dying.kill();
  await Promise.all(services.map((service) => service.stop()));
  await bus.close();
  await nats.stop();
});

/** Watches the index of every replica while `lose` happens: the living never vanish, all is registered again, the dead go. */
async function survives(lose: () => Promise<void>): Promise<void> {
  const { fulls } = living;
  let vanished = 0;
  const watching = setInterval(() => {
    for (const { index } of services) if (index.statusOf(ada) === 'offline') vanished++;
  }, 5);
  dying.kill();
  await lose();
  await waitFor(() => expect(living.fulls).toBeGreaterThan(fulls));
  await waitFor(async () => {
    const streams = (await manager()).streams;
    expect((await streams.info(`KV_${buckets.connections}`)).state.messages).toBe(1_200);
    expect((await streams.info(`KV_${buckets.interest}`)).state.messages).toBe(1);
  });
  await waitFor(() => {
    for (const { index } of services) {
      expect(index.statusOf(bob)).toBe('offline');
      expect([...index.instances.keys()]).toEqual(['ws-1']);
      expect([...index.instances.values()].map((instance) => [instance.connections.size, instance.rooms.size])).toEqual(
        [[1_200, 1]],
      );
    }
  });
  clearInterval(watching);
  expect(vanished).toBe(0);
}

describe('when the store is lost', () => {
  it('with the server, the living register again without having vanished, and the dead go', async () => {
    await survives(() => nats.restart({ wipe: true }));
    const rpc = new RpcClient(bus);
    expect((await rpc.call(listConnections, { user: ada })).items).toHaveLength(1);
    expect((await rpc.call(listInstances, {})).items).toEqual([
      { instance: 'ws-1', incarnation: living.incarnation, connections: 1_200, rooms: 1 },
    ]);
  });

  it('while the server goes on, it is the same', async () => {
    await survives(async () => {
      const streams = (await manager()).streams;
      await Promise.all(Object.values(buckets).map((bucket) => streams.delete(`KV_${bucket}`)));
    });
  });

  it('in part, those that stood in it register again all the same', async () => {
    await survives(async () => {
      await (await manager()).streams.delete(`KV_${buckets.connections}`);
    });
  });

  it('and made again by somebody else, it is noticed too', async () => {
    await survives(async () => {
      const streams = (await manager()).streams;
      const { config } = await streams.info(`KV_${buckets.connections}`);
      await streams.delete(`KV_${buckets.connections}`);
      await streams.add(config);
    });
  });

  it('with a server whose disk survived, all is ready and registered again', async () => {
    await nats.restart();
    await waitFor(async () => {
      for (const service of services) expect((await service.kit.health.report()).ready).toBe(true);
    });
    await living.tell({});
    await waitFor(() => {
      for (const { index } of services) expect(index.statusOf(ada)).toBe('online');
    });
  });
});
