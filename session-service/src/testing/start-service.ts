// The whole service in the test's process, with short times.
import { queues } from '@natter/contracts/subjects';
import { createKit } from '@natter/service-kit/kit.module';
import { createMicroservice } from '@natter/service-kit/microservice';
import type { TestNats } from '@natter/service-kit/testing/nats';
import { AppModule } from '../app.module.js';
import { RegistryIndex } from '../registry/registry-index.js';
import { timings, type Timings } from '../timings.js';

/** Everything about ten times as fast as in earnest. */
export const shortTimings: Timings = {
  ...timings,
  leaseTtlMs: 2_000,
  renewAfterMs: 250,
  tickMs: 50,
  confirmMs: 1_500,
  leftoverMs: 300,
  batchMs: 600,
  checkMs: 100,
  markerMs: 1_000,
  surplus: { tickMs: 20, afterMs: 60 },
  presence: {
    tickMs: 20,
    returnMs: 250,
    calmMs: 50,
    beatMs: 50,
    silentMs: 200,
    keepMs: 1_000,
    warmUpMs: 1_000,
    seenMs: 100,
  },
  announceMs: [0, 100, 300],
};

export async function startService(nats: TestNats, id: string, times: Timings = shortTimings) {
  const config = {
    ...nats.env('session-service'),
    INSTANCE_ID: id,
    HEALTH_HOST: '127.0.0.1',
    HEALTH_PORT: 0,
    LOG_LEVEL: (process.env['TEST_LOG_LEVEL'] ?? 'silent') as 'silent',
    KV_REPLICAS: 1,
  };
  const kit = await createKit('session-service', config);
  const app = await createMicroservice(kit, AppModule.with(times), queues.sessions);
  await app.listen();
  kit.health.add('start', () => 'ok');
  return {
    app,
    kit,
    index: app.get(RegistryIndex),
    stop: async () => {
      await app.close();
      await kit.bus.close();
      kit.health.close();
    },
  };
}

export type Service = Awaited<ReturnType<typeof startService>>;
