// Start and stop of one instance, used by the process and by tests.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type Kit, KitModule } from '@natter/service-kit/kit.module';
import { NestLogger } from '@natter/service-kit/logger';
import { TokenVerifier } from '@natter/service-kit/token-verifier';
import { WsGatewayModule } from './app.module.js';
import { Beats } from './beats.js';
import type { Doorstep } from './doorstep.js';
import { Drain } from './drain.js';
import { Hints } from './hints.js';
import { Hub } from './hub.js';
import { GatewayMetrics } from './metrics.js';
import { SlowReaders } from './slow-readers.js';
import { Door } from './upgrade.js';

export interface RunningGateway {
  port: number;
  /** Lets all sockets go, then closes everything. */
  stop: () => Promise<void>;
}

/** Starts an instance behind a doorstep, on a kit that is connected. Callers come in as soon as their proof can be checked. */
export async function startGateway(kit: Kit, doorstep: Doorstep): Promise<RunningGateway> {
  const app = await NestFactory.createApplicationContext(
    { module: class Root {}, imports: [KitModule.of(kit), WsGatewayModule.behind(doorstep)] },
    { logger: new NestLogger(kit.logger), abortOnError: false },
  );
  const verifier = app.get(TokenVerifier);
  const beats = app.get(Beats);
  const hub = app.get(Hub);
  const hints = app.get(Hints);
  const slowReaders = app.get(SlowReaders);
  const metrics = app.get(GatewayMetrics);
  metrics.gauge('natter_ws_sockets', 'open sockets', () => hub.connections.size);
  metrics.gauge('natter_ws_users', 'users with an open socket', () => hub.users.size);
  metrics.gauge('natter_ws_rooms', 'rooms with a member here', () => hub.feeds.size);
  metrics.gauge('natter_ws_hints_waiting', 'receipts, typing and presence that wait for their turn', () => hints.size);
  metrics.gauge('natter_ws_queued_bytes', 'bytes waiting for slow readers', () => slowReaders.queuedBytes);
  metrics.gauge('natter_ws_waiting', 'callers who wait for this instance to start', () => doorstep.waitingCount);
  metrics.refusals(doorstep.refused);
  kit.health.add('keys', () => (verifier.isReady ? 'ok' : 'not read yet'));
  kit.health.add('room-service', () => (beats.isHeard ? 'ok' : 'not heard'));

  const door = app.get(Door);
  void verifier.whenReady.then(() => doorstep.openTo((caller) => void door.admit(caller)));
  kit.health.add('start', () => 'ok');
  kit.logger.info({ port: doorstep.port }, 'ready');
  const stop = async () => {
    kit.health.add('start', () => 'stopping');
    await app.get(Drain).run();
    await app.close();
    await kit.bus.close();
    kit.health.close();
  };
  return { port: doorstep.port, stop };
}
