// What every service injects: logger, bus, calls, health, metrics. Made before Nest starts, closed after it has stopped.
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import type { BaseConfig } from './config.js';
import { Health } from './health.js';
import { createLogger, type Logger } from './logger.js';
import { createMetrics } from './metrics.js';
import { Bus } from './nats.js';
import { RpcClient } from './rpc-client.js';

/** Injection tokens of what has no class: `@Inject(LOGGER) logger: Logger`, `@Inject(CONFIG) config: Config`. */
export const LOGGER = Symbol('logger');
export const CONFIG = Symbol('config');

export interface Kit {
  name: string;
  config: BaseConfig;
  logger: Logger;
  bus: Bus;
  rpc: RpcClient;
  health: Health;
  metrics: Registry;
}

/** Connects to NATS (waiting for it) and opens the internal port. */
export async function createKit(name: string, config: BaseConfig, logger = createLogger(name, config)): Promise<Kit> {
  const health = new Health();
  const metrics = createMetrics(name, config.INSTANCE_ID);
  health.add('start', () => 'starting');
  await health.listen(config.HEALTH_HOST, config.HEALTH_PORT, metrics, logger);
  const bus = await Bus.connect(name, config, config.INSTANCE_ID, logger);
  health.add('nats', () => (bus.isUp ? 'ok' : 'away'));
  return { name, config, logger, bus, rpc: new RpcClient(bus), health, metrics };
}

@Global()
@Module({})
export class KitModule {
  static of(kit: Kit): DynamicModule {
    const providers = [
      { provide: LOGGER, useValue: kit.logger },
      { provide: CONFIG, useValue: kit.config },
      { provide: Bus, useValue: kit.bus },
      { provide: RpcClient, useValue: kit.rpc },
      { provide: Health, useValue: kit.health },
      { provide: Registry, useValue: kit.metrics },
    ];
    return { module: KitModule, providers, exports: providers };
  }
}
