import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import {
  type ConnectionEntry,
  getPresence,
  listConnections,
  listInstances,
  registerInstance,
} from '@natter/contracts/sessions';
import { buckets } from '@natter/contracts/subjects';
import { createLogger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { startTestNats, type TestNats } from '@natter/service-kit/testing/nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { isMarker } from '../store/bucket.js';
import { ModelGateway } from '../testing/model-gateway.js';
import { type Service, startService } from '../testing/start-service.js';
import { RegistryService } from './registry.service.js';
import { RegistrySweeper } from './registry-sweeper.js';

let nats: TestNats;
let bus: Bus;
let rpc: RpcClient;
let services: Service[] = [];
let gateways: ModelGateway[] = [];

const waitFor = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const serve = async (): Promise<Service> => {
  const service = await startService(nats.url, `session-${services.length + 1}`);
  services.push(service);
  return service;
};
const gateway = async (instance: string, startedAt?: number, renewMs?: number): Promise<ModelGateway> => {
  const model = new ModelGateway(bus, rpc, instance, startedAt);
  gateways.push(model);
  await model.start(renewMs);
  return model;
};
/** Every replica answers the same, sooner or later. */
const everywhere = (check: (service: Service) => void) => waitFor(() => services.forEach(check));
const idsOf = (service: Service, user: string) =>
  service.index
    .liveConnections(user)
    .map(({ entry }) => entry.id)
    .sort();
/** What `keys()` of the client does, but that one may wait for ever when a key goes while it reads. */
const keys = async (bucket: string): Promise<string[]> => {
  const { streams } = await jetstreamManager(bus.nc);
  const { state } = await streams.info(`KV_${bucket}`, { subjects_filter: '>' });
  const subjects = Object.keys(state.subjects ?? {});
  const found = await Promise.all(
    subjects.map((subject) => streams.getMessage(`KV_${bucket}`, { last_by_subj: subject })),
  );
  const there = subjects.filter((_, i) => found[i] && !isMarker(found[i].header));
  return there.map((subject) => subject.slice(`$KV.${bucket}.`.length)).sort();
};
const messagesIn = async (bucket: string): Promise<number> =>
  (await (await jetstreamManager(bus.nc)).streams.info(`KV_${bucket}`)).state.messages;

beforeAll(async () => {
  nats = await startTestNats();
  bus = await Bus.connect(nats.url, 'test', createLogger('test', { INSTANCE_ID: 'test', LOG_LEVEL: 'silent' }));
  rpc = new RpcClient(bus);
});
afterAll(async () => {
  await bus.close();
  await nats.stop();
});
beforeEach(async () => {
  await serve();
});
afterEach(async () => {
  for (const model of gateways) model.kill();
  for (const service of services) await service.stop();
  const manager = await jetstreamManager(bus.nc);
  for (const bucket of Object.values(buckets)) await manager.streams.delete(`KV_${bucket}`).catch(() => undefined);
  services = [];
  gateways = [];
});

describe('a gateway', () => {
  it('that is not known is asked for everything, and nothing is kept until it says so', async () => {
    const batch = { instance: 'ws-1', incarnation: 'i1', started_at: 1 };
    const entry = { id: 'c1', user: randomUUID(), session: randomUUID(), since: 'now' };
    expect(await rpc.call(registerInstance, { ...batch, opened: [entry] })).toEqual({ anew: true });
    expect(await rpc.call(registerInstance, { ...batch, full: 'more', opened: [entry] })).toEqual({ anew: true });
    expect(await keys(buckets.connections)).toEqual([]);
    expect(await rpc.call(registerInstance, { ...batch, full: 'first', opened: [entry] })).toEqual({});
    expect(await keys(buckets.connections)).toEqual(['ws-1.c1']);
    expect(await rpc.call(registerInstance, { ...batch, closed: ['c1'] })).toEqual({});
    expect(await keys(buckets.connections)).toEqual([]);
  });

  it('is shown with its connections and rooms, as the contract words them', async () => {
    const model = await gateway('ws-1');
    const user = randomUUID();
    const room = randomUUID();
    const entry = await model.open(user, room);
    await model.open(randomUUID());
    await model.want(room, randomUUID());
    await waitFor(async () => {
      const { items } = await rpc.call(listInstances, {});
      expect(items).toEqual([{ instance: 'ws-1', incarnation: model.incarnation, connections: 2, rooms: 2 }]);
    });
    const { items } = await rpc.call(listConnections, { user });
    expect(items).toEqual([{ ...entry, gateway: 'ws-1' }]);
    expect(await keys(buckets.interest)).toContain(`${room}.ws-1`);
    const kept = await (await new Kvm(bus.nc).open(buckets.interest)).get(`${room}.ws-1`);
    expect(kept?.string()).toBe(model.incarnation);
  });

  it('repeats a batch without harm', async () => {
    const model = await gateway('ws-1');
    const entry = await model.open(randomUUID());
    await model.want('0d5f1c9e-8f0e-4f0e-9d43-7f3a0b1c2d3e');
    await model.tell({ opened: [entry], interested: [...model.rooms] });
    await model.close(entry.id);
    await model.tell({ closed: [entry.id] });
    await model.drop(...model.rooms);
    await model.tell({ uninterested: ['0d5f1c9e-8f0e-4f0e-9d43-7f3a0b1c2d3e'] });
    expect(await keys(buckets.connections)).toEqual([]);
    expect(await keys(buckets.interest)).toEqual([]);
  });

  it('goes with all it registered when it says goodbye', async () => {
    const model = await gateway('ws-1');
    const user = randomUUID();
    await model.open(user);
    await model.want(randomUUID());
    await waitFor(() => expect(services[0]?.index.isOnline(user)).toBe(true));
    await model.goodbye();
    await everywhere((service) => expect(service.index.instances.size).toBe(0));
    expect([...(await keys(buckets.connections)), ...(await keys(buckets.interest))]).toEqual([]);
  });

  it('that registers in full again loses only what it does not name', async () => {
    const model = await gateway('ws-1');
    const [ada, bob] = [randomUUID(), randomUUID()];
    const kept = await model.open(ada);
    const lost = await model.open(bob);
    await model.want(randomUUID());
    model.connections.delete(lost.id);
    model.rooms.clear();
    const { fulls } = model;
    await services[0]?.kit.bus.nc.flush();
    services[0]?.kit.bus.publishJson('natter.event.registry.reset', {});
    await waitFor(() => expect(model.fulls).toBeGreaterThan(fulls));
    const seen: boolean[] = [];
    await waitFor(async () => {
      seen.push(services[0]?.index.isOnline(ada) ?? false);
      expect(await keys(buckets.connections)).toEqual([`ws-1.${kept.id}`]);
      expect(await keys(buckets.interest)).toEqual([]);
    });
    expect(seen).not.toContain(false);
  });
});

describe('leases', () => {
  it('run out when nobody renews, and take with them what was registered', async () => {
    await serve();
    const silent = await gateway('ws-1');
    const lively = await gateway('ws-2');
    const [ada, bob] = [randomUUID(), randomUUID()];
    await silent.open(ada);
    await silent.want(randomUUID());
    await lively.open(bob);
    await everywhere((service) => expect(service.index.isOnline(ada) && service.index.isOnline(bob)).toBe(true));
    silent.kill();
    await everywhere((service) => expect(service.index.isOnline(ada)).toBe(false));
    await waitFor(async () => {
      expect(await keys(buckets.leases)).toEqual(['ws-2']);
      expect((await keys(buckets.connections)).every((key) => key.startsWith('ws-2.'))).toBe(true);
      expect(await keys(buckets.interest)).toEqual([]);
    });
    const { items } = await rpc.call(getPresence, { users: [ada, bob] });
    expect(items.map((item) => item.status)).toEqual(['offline', 'online']);
    await everywhere((service) => expect(service.index.instances.has('ws-1')).toBe(false));
  });

  it('are not lost by time in which this replica could not listen', async () => {
    const model = await gateway('ws-1', 1, 60_000);
    const user = randomUUID();
    await model.open(user);
    await waitFor(() => expect(services[0]?.index.isOnline(user)).toBe(true));
    const held = services[0]!;
    const sweeper = held.app.get(RegistrySweeper);
    sweeper.onApplicationShutdown(); // no ticks but ours
    const nowMs = held.index.now();
    const clock = vi.spyOn(held.index, 'now');
    clock.mockReturnValue(nowMs + 1_000_000);
    await sweeper.tick();
    expect(held.index.isOnline(user)).toBe(true);
    for (let step = 1; step <= 100; step++) {
      clock.mockReturnValue(nowMs + 1_000_000 + step * 50);
      await sweeper.tick();
    }
    await waitFor(() => expect(held.index.isOnline(user)).toBe(false));
    clock.mockRestore();
  });

  it('refuse an incarnation that started before the one that holds them', async () => {
    const zombie = await gateway('ws-1', 1);
    await zombie.open(randomUUID());
    const fresh = await gateway('ws-1', 2);
    const user = randomUUID();
    const entry = await fresh.open(user);
    await waitFor(() => expect(zombie.isStale).toBe(true));
    await zombie.tell({ full: 'first', opened: [{ ...entry, id: 'ghost' }] });
    await zombie.tell({ opened: [{ ...entry, id: 'ghost' }] });
    await waitFor(async () => expect(await keys(buckets.connections)).toEqual([`ws-1.${entry.id}`]));
    const { items } = await rpc.call(listInstances, {});
    expect(items).toEqual([{ instance: 'ws-1', incarnation: fresh.incarnation, connections: 1, rooms: 0 }]);
  });

  it('let an incarnation in again that was silent for long, in full', async () => {
    const model = await gateway('ws-1', 1, 60_000);
    const user = randomUUID();
    const entry = await model.open(user);
    await waitFor(async () => expect(await keys(buckets.leases)).toEqual([]));
    await waitFor(async () => expect(await keys(buckets.connections)).toEqual([]));
    const { fulls } = model;
    await model.tell({});
    expect(model.fulls).toBe(fulls + 1);
    await everywhere((service) => expect(idsOf(service, user)).toEqual([entry.id]));
  });
});

describe('several replicas', () => {
  it('agree on everything, whichever of them a batch reached', async () => {
    await serve();
    await serve();
    const models = [await gateway('ws-1'), await gateway('ws-2')];
    const users = Array.from({ length: 20 }, () => randomUUID());
    const opened = await Promise.all(
      users.flatMap((user) => models.map(async (model) => [model, await model.open(user)] as const)),
    );
    const half = opened.filter((_, i) => i % 3 === 0);
    await Promise.all(half.map(([model, entry]: readonly [ModelGateway, ConnectionEntry]) => model.close(entry.id)));
    await everywhere((service) => {
      for (const user of users) {
        const there = models.flatMap((model) => [...model.connections.values()].filter((entry) => entry.user === user));
        expect(idsOf(service, user)).toEqual(there.map((entry) => entry.id).sort());
      }
    });
  });

  it('may come and go while gateways register: nothing is lost', async () => {
    await serve();
    const model = await gateway('ws-1');
    const user = randomUUID();
    const opening = (async () => {
      for (let i = 0; i < 60; i++) await model.open(user);
    })();
    await services.shift()?.stop();
    await serve();
    await opening;
    expect(model.connections.size).toBe(60);
    await everywhere((service) => expect(idsOf(service, user)).toEqual([...model.connections.keys()].sort()));
  });

  it('begin with all that stands in the buckets before they answer', async () => {
    const model = await gateway('ws-1');
    const user = randomUUID();
    for (let i = 0; i < 3; i++) await model.open(user);
    const second = await serve();
    expect(idsOf(second, user)).toEqual([...model.connections.keys()].sort());
    expect((await second.kit.health.report()).checks).toMatchObject({ buckets: 'ok', watches: 'ok' });
  });
});

describe('a batch that comes late', () => {
  it('does not open again what was closed since', async () => {
    const model = await gateway('ws-1');
    const second = await serve();
    const user = randomUUID();
    const entry = { id: randomUUID(), user, session: randomUUID(), since: 'now' };
    const batch = {
      instance: 'ws-1',
      incarnation: model.incarnation,
      started_at: model.startedAt,
      opened: [entry],
      closed: [],
      interested: [],
      uninterested: [],
      goodbye: false,
    };
    await model.tell({ opened: [entry] });
    await model.tell({ closed: [entry.id] });
    await second.app.get(RegistryService).register(batch);
    expect(await keys(buckets.connections)).toEqual([]);
  });
});

describe('the buckets', () => {
  it('do not grow by what is gone', async () => {
    const model = await gateway('ws-1');
    for (let i = 0; i < 30; i++) {
      const entry = await model.open(randomUUID());
      await model.want(randomUUID());
      await model.close(entry.id);
      await model.drop(...model.rooms);
    }
    await waitFor(async () => {
      expect(await messagesIn(buckets.connections)).toBe(0);
      expect(await messagesIn(buckets.interest)).toBe(0);
    });
  });

  it('are rid of markers that a replica left behind when it died', async () => {
    const model = await gateway('ws-1');
    const entry = await model.open(randomUUID());
    await model.close(entry.id);
    expect(await messagesIn(buckets.connections)).toBe(1);
    await services.shift()?.stop();
    await serve();
    await waitFor(async () => expect(await messagesIn(buckets.connections)).toBe(0));
  });
});
