// Rooms, members and the room log: starts the room-service.
import 'reflect-metadata';
import { queues } from '@natter/contracts/subjects';
import { loadConfig } from '@natter/service-kit/config';
import { runMicroservice } from '@natter/service-kit/microservice';
import { AppModule } from './app.module.js';
import { configSchema } from './config.js';

const name = 'room-service';
await runMicroservice(name, loadConfig(name, configSchema), AppModule, queues.rooms);
