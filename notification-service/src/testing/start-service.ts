// The whole service in the test's process.
import { queues } from '@natter/contracts/subjects';
import { createKit } from '@natter/service-kit/kit.module';
import { createMicroservice } from '@natter/service-kit/microservice';
import type { TestNats } from '@natter/service-kit/testing/nats';
import { AppModule } from '../app.module.js';

export async function startService(nats: TestNats, databaseUrl: string, id = 'notification-test') {
  const config = {
    ...nats.env('notification-service'),
    DATABASE_URL: databaseUrl,
    INSTANCE_ID: id,
    HEALTH_HOST: '127.0.0.1',
    HEALTH_PORT: 0,
    LOG_LEVEL: 'silent' as const,
    NATTER_PUSH_HOSTS: ['127.0.0.1'],
    NATTER_PUSH_CONTACT: 'mailto:ops@example.org',
    NATTER_INSECURE_HTTP: true,
  };
  const kit = await createKit('notification-service', config);
  const app = await createMicroservice(kit, AppModule, queues.notifications);
  await app.listen();
  kit.health.add('start', () => 'ok');
  return {
    app,
    kit,
    stop: async () => {
      await app.close();
      await kit.bus.close();
      kit.health.close();
    },
  };
}
