import 'reflect-metadata';
import { migrateAsAsked } from '@natter/service-kit/migrate';
import { createRoomsDataSource } from './database/data-source.js';

await migrateAsAsked(createRoomsDataSource);
