// What is pending for whom: starts the notification-service.
import 'reflect-metadata';
import { queues } from '@natter/contracts/subjects';
import { loadConfig } from '@natter/service-kit/config';
import { runMicroservice } from '@natter/service-kit/microservice';
import { AppModule } from './app.module.js';
import { configSchema } from './config.js';

const name = 'notification-service';
await runMicroservice(name, loadConfig(name, configSchema), AppModule, queues.notifications);
