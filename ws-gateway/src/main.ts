// The ws-gateway as a process. The port is opened before anything else is loaded, and callers wait before most of it is.
import { EarlyPort } from '@natter/service-kit/early-port';

/** As in `config.ts`, which is still to be loaded. */
const presetPort = 8_081;
/** The contract allows 30 s from SIGTERM to the end. */
const stopMs = 29_000;

const port = new EarlyPort(process.env, presetPort);
const [{ loadConfig }, { configSchema }, { Doorstep }] = await Promise.all([
  import('@natter/service-kit/config'),
  import('./config.js'),
  import('./doorstep.js'),
]);
const config = loadConfig('ws-gateway', configSchema);
const doorstep = await Doorstep.open(config, port);
const [{ createLogger }, { onShutdown }] = await Promise.all([
  import('@natter/service-kit/logger'),
  import('@natter/service-kit/shutdown'),
]);
const logger = createLogger('ws-gateway', config);
// Until there is more, stopping is to send away who waits.
let stop = async () => doorstep.close();
onShutdown(logger, stopMs, () => stop());

const [{ createKit }, { startGateway }] = await Promise.all([
  import('@natter/service-kit/kit.module'),
  import('./gateway.js'),
]);
const gateway = await startGateway(await createKit('ws-gateway', config, logger), doorstep);
stop = gateway.stop;
