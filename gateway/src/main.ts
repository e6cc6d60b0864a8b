// The gateway as a process. The port is opened before anything else is loaded; who comes meanwhile waits.
import { EarlyPort } from '@natter/service-kit/early-port';

/** As in `config.ts`, which is still to be loaded. */
const presetPort = 8_080;
const stopMs = 8_000;

const port = new EarlyPort(process.env, presetPort);
const [{ loadConfig }, { createLogger }, { onShutdown }, { configSchema }] = await Promise.all([
  import('@natter/service-kit/config'),
  import('@natter/service-kit/logger'),
  import('@natter/service-kit/shutdown'),
  import('./config.js'),
]);
const config = loadConfig('gateway', configSchema);
const logger = createLogger('gateway', config);
// Until there is more, stopping is to send away who waits.
let stop = async () => port.close();
onShutdown(logger, stopMs, () => stop());

const [{ createKit }, { startGateway }] = await Promise.all([
  import('@natter/service-kit/kit.module'),
  import('./server.js'),
]);
const kit = await createKit('gateway', config, logger);
const gateway = await startGateway(kit, config, port);
stop = async () => {
  kit.health.add('start', () => 'stopping');
  await gateway.stop();
  await kit.bus.close();
  kit.health.close();
};
kit.health.add('start', () => 'ok');
logger.info({ port: gateway.port }, 'ready');
