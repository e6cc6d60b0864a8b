import { randomUUID } from 'node:crypto';
import { Kvm } from '@nats-io/kv';
import { getPresence, listConnections, listInstances, registerInstance } from '@natter/contracts/sessions';
import { buckets } from '@natter/contracts/subjects';
import { describe, expect, it, vi } from 'vitest';
import { idsOf, stage, waitFor } from '../testing/stage.js';
import { RegistrySweeper } from './registry-sweeper.js';

const { services, serve, bus, rpc, gateway, everywhere, keys } = stage();

describe('a gateway', () => {
  it('that is not known is asked for everything, and nothing is kept until it says so', async () => {
    const batch = { instance: 'ws-1', incarnation: 'i1', started_at: 1 };
    const entry = { id: 'c1', user: randomUUID(), session: randomUUID(), since: 'now' };
    expect(await rpc().call(registerInstance, { ...batch, opened: [entry] })).toEqual({ anew: true });
    expect(await rpc().call(registerInstance, { ...batch, full: 'more', opened: [entry] })).toEqual({ anew: true });
    expect(await keys(buckets.connections)).toEqual([]);
    expect(await rpc().call(registerInstance, { ...batch, full: 'first', opened: [entry] })).toEqual({});
    expect(await keys(buckets.connections)).toEqual(['ws-1.c1']);
    expect(await rpc().call(registerInstance, { ...batch, closed: ['c1'] })).toEqual({});
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
      const { items } = await rpc().call(listInstances, {});
      expect(items).toEqual([{ instance: 'ws-1', incarnation: model.incarnation, connections: 2, rooms: 2 }]);
    });
    const { items } = await rpc().call(listConnections, { user });
    expect(items).toEqual([{ ...entry, gateway: 'ws-1' }]);
    expect(await keys(buckets.interest)).toContain(`${room}.ws-1`);
    const kept = await (await new Kvm(bus().nc).open(buckets.interest)).get(`${room}.ws-1`);
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
    await waitFor(() => expect(services[0]?.index.statusOf(user)).toBe('online'));
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
      seen.push(services[0]?.index.statusOf(ada) === 'online');
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
    await everywhere((service) =>
      expect([ada, bob].map((user) => service.index.statusOf(user))).toEqual(['online', 'online']),
    );
    silent.kill();
    await everywhere((service) => expect(service.index.statusOf(ada)).toBe('offline'));
    await waitFor(async () => {
      expect(await keys(buckets.leases)).toEqual(['ws-2']);
      expect((await keys(buckets.connections)).every((key) => key.startsWith('ws-2.'))).toBe(true);
      expect(await keys(buckets.interest)).toEqual([]);
    });
    await waitFor(async () => {
      const { items } = await rpc().call(getPresence, { users: [ada, bob] });
      expect(items.map((item) => item.status)).toEqual(['offline', 'online']);
    });
    await everywhere((service) => expect(service.index.instances.has('ws-1')).toBe(false));
  });

  it('are not lost by time in which this replica could not listen', async () => {
    const model = await gateway('ws-1', 1, 60_000);
    const user = randomUUID();
    await model.open(user);
    await waitFor(() => expect(services[0]?.index.statusOf(user)).toBe('online'));
    const held = services[0]!;
    const sweeper = held.app.get(RegistrySweeper);
    sweeper.onApplicationShutdown(); // no ticks but ours
    const nowMs = held.index.now();
    const clock = vi.spyOn(held.index, 'now');
    clock.mockReturnValue(nowMs + 1_000_000);
    await sweeper.tick();
    expect(held.index.statusOf(user)).toBe('online');
    for (let step = 1; step <= 100; step++) {
      clock.mockReturnValue(nowMs + 1_000_000 + step * 50);
      await sweeper.tick();
    }
    await waitFor(() => expect(held.index.statusOf(user)).toBe('offline'));
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
    const { items } = await rpc().call(listInstances, {});
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
