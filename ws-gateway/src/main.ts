// The ws-gateway as a process. The port is opened before most of the code has been read: loading it is most of a start.
import { loadConfig } from '@natter/service-kit/config';
import { configSchema } from './config.js';
import { Doorstep } from './doorstep.js';

/** The contract allows 30 s from SIGTERM to the end. */
const stopMs = 29_000;

const config = loadConfig('ws-gateway', configSchema);
const doorstep = await Doorstep.open(config);
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
