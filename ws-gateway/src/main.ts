// The ws-gateway as a process.
import 'reflect-metadata';
import { loadConfig } from '@natter/service-kit/config';
import { createKit } from '@natter/service-kit/kit.module';
import { onShutdown } from '@natter/service-kit/shutdown';
import { configSchema } from './config.js';
import { startGateway } from './gateway.js';

/** The contract allows 30 s from SIGTERM to the end. */
const stopMs = 29_000;

const config = loadConfig('ws-gateway', configSchema);
const kit = await createKit('ws-gateway', config);
const gateway = await startGateway(kit);
onShutdown(kit.logger, stopMs, gateway.stop);
