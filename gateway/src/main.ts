import { loadConfig } from '@natter/service-kit/config';
import { createKit } from '@natter/service-kit/kit.module';
import { onShutdown } from '@natter/service-kit/shutdown';
import { configSchema } from './config.js';
import { startGateway } from './server.js';

const stopMs = 8_000;

const config = loadConfig('gateway', configSchema);
const kit = await createKit('gateway', config);
const gateway = await startGateway(kit, config);
kit.health.add('start', () => 'ok');
kit.logger.info({ port: gateway.port }, 'ready');
onShutdown(kit.logger, stopMs, async () => {
  kit.health.add('start', () => 'stopping');
  await gateway.stop();
  await kit.bus.close();
  kit.health.close();
});
