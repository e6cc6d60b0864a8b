import 'reflect-metadata';
import { createDataSource } from '@natter/service-kit/database';
import { migrateAsAsked } from '@natter/service-kit/migrate';
import { databaseOptions } from './database/data-source.js';

await migrateAsAsked((url, logger) => createDataSource(databaseOptions(url), logger));
