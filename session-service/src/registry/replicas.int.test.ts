import { randomUUID } from 'node:crypto';
import type { ConnectionEntry } from '@natter/contracts/sessions';
import { buckets } from '@natter/contracts/subjects';
import { describe, expect, it, vi } from 'vitest';
import { Buckets } from '../store/buckets.js';
import { RegistryStore } from '../store/registry-store.js';
import type { ModelGateway } from '../testing/model-gateway.js';
import { idsOf, stage, waitFor } from '../testing/stage.js';
import { shortTimings } from '../testing/start-service.js';
import { RegistryService } from './registry.service.js';

const { services, serve, gateway, everywhere, keys, messagesIn } = stage();

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

  it('are read anew when it shows, while they are being read, that they cannot be read to the end', async () => {
    const model = await gateway('ws-1');
    const user = randomUUID();
    await model.open(user);
    const { app, index } = await serve({ ...shortTimings, openMs: 120_000 });
    const store = app.get(RegistryStore);
    const { consumers } = app.get(Buckets).connections.js;
    const get = consumers.getPushConsumer.bind(consumers);
    vi.spyOn(consumers, 'getPushConsumer').mockImplementationOnce(async (...which) => {
      const consumer = await get(...which);
      await consumer.delete(); // as a server does that is started anew
      return consumer;
    });
    (Reflect.get(store, 'reopen') as (reason: string) => void)('a test');
    await waitFor(() => expect(store.isListening).toBe(false));
    await waitFor(() => expect(store.isListening).toBe(true));
    expect(index.statusOf(user)).toBe('online');
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
