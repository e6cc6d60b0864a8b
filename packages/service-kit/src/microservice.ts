// The start and stop of a service that answers calls on NATS.
import type { ArgumentMetadata, DynamicModule, PipeTransform, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { NatterError } from '@natter/contracts/errors';
import type { BaseConfig } from './config.js';
import { createKit, type Kit, KitModule } from './kit.module.js';
import { createLogger, NestLogger } from './logger.js';
import { type NatsConnection, natsOptions } from './nats.js';
import { RpcErrorFilter } from './rpc-error.filter.js';
import { onShutdown } from './shutdown.js';
import { SleepWatch } from './sleep-watch.js';

/** Calls in flight at SIGTERM get this long to be answered. */
const gracePeriodMs = 500;
const stopMs = 8_000;

/**
 * Refuses a call whose request has not the shape its schema says; else what the schema made of it goes on as it is. (Nest's own
 * pipe takes keys like `constructor` out of it first, but what people attach to a message is theirs.)
 */
class SchemaPipe implements PipeTransform {
  async transform(value: unknown, { schema }: ArgumentMetadata): Promise<unknown> {
    if (schema === undefined) return value;
    const checked = await schema['~standard'].validate(value);
    if (checked.issues === undefined) return checked.value;
    const fields = checked.issues.map(({ path = [] }) =>
      path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    );
    throw new NatterError('bad_request', {
      fields: [...new Set(fields)].map((field) => ({ field, code: 'invalid' })),
    });
  }
}

/** Builds the application: `module(kit)` wires the service, `queue` is its queue group. Used by `runMicroservice` and by tests. */
export async function createMicroservice(kit: Kit, module: Type | DynamicModule, queue: string) {
  const app = await NestFactory.createMicroservice(
    { module: class Root {}, imports: [KitModule.of(kit), module] },
    {
      transport: Transport.NATS,
      options: {
        ...natsOptions(kit.name, kit.config, `${kit.config.INSTANCE_ID}-calls`),
        queue,
        gracefulShutdown: true,
        gracePeriod: gracePeriodMs,
      },
      logger: new NestLogger(kit.logger),
      abortOnError: false,
    },
  );
  // Nest listens as soon as its subscriptions are written; it is heard only when nats-server has read them.
  const listen = app.listen.bind(app);
  app.listen = async () => {
    await listen();
    await app.unwrap<NatsConnection>().flush();
  };
  // What nats-server had for us comes before its answer to a ping.
  const sleep = new SleepWatch(() => app.unwrap<NatsConnection>().flush());
  app.useGlobalGuards({
    canActivate: () => {
      if (sleep.isWaking) throw new NatterError('unavailable', { retryAfterMs: 500 });
      return true;
    },
  });
  app.useGlobalFilters(new RpcErrorFilter(kit.logger));
  app.useGlobalPipes(new SchemaPipe());
  return app;
}

/** Runs a service until SIGTERM: first no new calls, then `onApplicationShutdown` of its parts, then the bus. */
export async function runMicroservice(
  name: string,
  config: BaseConfig,
  module: Type | DynamicModule,
  queue: string,
): Promise<void> {
  const logger = createLogger(name, config);
  // Until it answers calls there is nothing to finish.
  let stop = () => Promise.resolve();
  onShutdown(logger, stopMs, () => stop());
  const kit = await createKit(name, config, logger);
  const app = await createMicroservice(kit, module, queue);
  await app.listen();
  stop = async () => {
    await app.close();
    await kit.bus.close();
    kit.health.close();
  };
  kit.health.add('start', () => 'ok');
  logger.info('ready');
}
