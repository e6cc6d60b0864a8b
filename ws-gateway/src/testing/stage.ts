// One gateway on a nats-server of its own, with models of all it talks to.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { parseConfig } from '@natter/service-kit/config';
import { createKit, type Kit } from '@natter/service-kit/kit.module';
import { natsOptions } from '@natter/service-kit/nats';
import { startTestNats, type TestNats } from '@natter/service-kit/testing/nats';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { configSchema } from '../config.js';
import { Doorstep } from '../doorstep.js';
import { type RunningGateway, startGateway } from '../gateway.js';
import { TestClient, until } from './client.js';
import { RoomLog } from './room-log.js';
import { ModelServices } from './services.js';

export interface Stage {
  nats: TestNats;
  nc: NatsConnection;
  log: RoomLog;
  services: ModelServices;
  /** Starts an instance and waits until it is ready; the first is `ws-1`. */
  gateway: (settings?: Record<string, string>) => Promise<RunningGateway & { url: string }>;
  /** Opens the door of an instance that has not started; `start` does so, and does not wait until it is ready. */
  doorstep: (
    settings?: Record<string, string>,
    maxWaiting?: number,
  ) => Promise<{
    doorstep: Doorstep;
    url: string;
    start: () => Promise<RunningGateway & { kit: Kit }>;
  }>;
  /** Opens a socket of a user, new when none is given. */
  client: (url: string, user?: string, session?: string) => Promise<TestClient & { user: string }>;
  stop: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const nats = await startTestNats();
  const nc = await connect(natsOptions('test', { NATS_URL: nats.url }, 'models'));
  const log = new RoomLog(nc);
  const services = new ModelServices(nc, log);
  await services.start();
  const running: RunningGateway[] = [];
  let instances = 0;
  const openDoor = async (settings: Record<string, string> = {}, maxWaiting?: number) => {
    const instance = `ws-${++instances}`;
    const own = { INSTANCE_ID: instance, PORT: '0', LOG_LEVEL: 'silent', NATTER_DRAIN_MS: '0' };
    const config = parseConfig('ws-gateway', configSchema, { ...nats.env('ws-gateway'), ...own, ...settings });
    const doorstep = await Doorstep.open(config, undefined, maxWaiting);
    const start = async () => {
      const kit = await createKit('ws-gateway', config);
      const gateway = await startGateway(kit, doorstep);
      let stopped: Promise<void> | undefined;
      const started = { ...gateway, kit, stop: () => (stopped ??= gateway.stop()) };
      running.push(started);
      return started;
    };
    return { doorstep, url: `ws://127.0.0.1:${doorstep.port}/ws`, start };
  };
  return {
    nats,
    nc,
    log,
    services,
    gateway: async (settings) => {
      const { url, start } = await openDoor(settings);
      const gateway = await start();
      await until('readiness', async () => (await gateway.kit.health.report()).ready || undefined);
      return { ...gateway, url };
    },
    doorstep: openDoor,
    client: async (url, user = randomUUID(), session = randomUUID()) =>
      Object.assign(await TestClient.open(url, services.token(user, session)), { user }),
    stop: async () => {
      for (const gateway of running) await gateway.stop();
      log.stop();
      await nc.close();
      await nats.stop();
    },
  };
}
