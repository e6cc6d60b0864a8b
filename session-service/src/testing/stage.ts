// What tests of the registry stand on: a nats-server of their own, replicas of the service, gateways in miniature.
import { jetstreamManager } from '@nats-io/jetstream';
import { buckets } from '@natter/contracts/subjects';
import type { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { openTestBus, startTestNats, type TestNats } from '@natter/service-kit/testing/nats';
import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest';
import { isMarker } from '../store/bucket.js';
import type { Timings } from '../timings.js';
import { ModelGateway } from './model-gateway.js';
import { type Service, startService } from './start-service.js';

export const waitFor = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** Registers the hooks; each test begins with one replica and empty buckets. */
export function stage() {
  let nats: TestNats;
  let bus: Bus;
  let rpc: RpcClient;
  let served = 0;
  const services: Service[] = [];
  const gateways: ModelGateway[] = [];
  const serve = async (times?: Timings): Promise<Service> => {
    const service = await startService(nats, `session-${++served}`, times);
    services.push(service);
    return service;
  };

  beforeAll(async () => {
    nats = await startTestNats();
    bus = await openTestBus(nats);
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
    for (const model of gateways.splice(0)) model.kill();
    for (const service of services.splice(0)) await service.stop();
    const { streams } = await jetstreamManager(bus.nc);
    for (const bucket of Object.values(buckets)) await streams.delete(`KV_${bucket}`).catch(() => undefined);
  });

  return {
    services,
    serve,
    bus: () => bus,
    rpc: () => rpc,
    gateway: async (instance: string, startedAt?: number, renewMs?: number): Promise<ModelGateway> => {
      const model = new ModelGateway(bus, rpc, instance, startedAt);
      gateways.push(model);
      await model.start(renewMs);
      return model;
    },
    /** Every replica answers the same, sooner or later. */
    everywhere: (check: (service: Service) => void) => waitFor(() => services.forEach(check)),
    /** What `keys()` of the client does, but that one may wait for ever when a key goes while it reads. */
    keys: async (bucket: string): Promise<string[]> => {
      const { streams } = await jetstreamManager(bus.nc);
      const stream = `KV_${bucket}`;
      const { state } = await streams.info(stream, { subjects_filter: '>' });
      const subjects = Object.keys(state.subjects ?? {});
      const found = await Promise.all(subjects.map((subject) => streams.getMessage(stream, { last_by_subj: subject })));
      const there = subjects.filter((_, i) => found[i] && !isMarker(found[i].header));
      return there.map((subject) => subject.slice(`$KV.${bucket}.`.length)).sort();
    },
    messagesIn: async (bucket: string): Promise<number> =>
      (await (await jetstreamManager(bus.nc)).streams.info(`KV_${bucket}`)).state.messages,
  };
}

/** A user's live connections, as one replica sees them. */
export const idsOf = (service: Service, user: string): string[] =>
  service.index
    .liveConnections(user)
    .map(({ entry }) => entry.id)
    .sort();
