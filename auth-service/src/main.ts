import 'reflect-metadata';
import { queues } from '@natter/contracts/subjects';
import { loadConfig } from '@natter/service-kit/config';
import { runMicroservice } from '@natter/service-kit/microservice';
import { AppModule } from './app.module.js';
import { configSchema } from './config.js';

const config = loadConfig('auth-service', configSchema);
await runMicroservice('auth-service', config, AppModule.of(), queues.auth);
