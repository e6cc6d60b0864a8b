// The database of a service as Nest providers: opened at start, part of readiness, closed after the last call.
import { Inject, Injectable, type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { createDataSource, type DatabaseOptions, openDatabase } from './database.js';
import { Health } from './health.js';
import { CONFIG, LOGGER } from './kit.module.js';
import type { Logger } from './logger.js';

@Injectable()
class DatabaseCloser implements OnApplicationShutdown {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

/** Waits for the database and migrates it; from then on `/readyz` says whether it answers. */
export const databaseProviders = (optionsFor: (url: string) => DatabaseOptions): Provider[] => [
  {
    provide: DataSource,
    inject: [CONFIG, LOGGER, Health],
    useFactory: (config: { DATABASE_URL: string }, logger: Logger, health: Health): Promise<DataSource> => {
      const dataSource = createDataSource(optionsFor(config.DATABASE_URL), logger);
      health.add('postgres', async () => {
        if (!dataSource.isInitialized) return 'away';
        await dataSource.query('SELECT 1');
        return 'ok';
      });
      return openDatabase(dataSource, logger);
    },
  },
  DatabaseCloser,
];
