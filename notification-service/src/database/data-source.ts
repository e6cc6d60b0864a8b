// The database `natter_notifications`: its tables, its migrations, its life.
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createDataSource, openDatabase } from '@natter/service-kit/database';
import { Health } from '@natter/service-kit/health';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { DataSource } from 'typeorm';
import type { Config } from '../config.js';
import { DismissedRow } from '../notifications/dismissed.entity.js';
import { NoticeRow } from '../notifications/notice.entity.js';
import { Dismissed1763710000000 } from './migrations/1763710000000-dismissed.js';
import { Notices1763710000001 } from './migrations/1763710000001-notices.js';

export const databaseOptions = (url: string) => ({
  url,
  name: 'notification-service',
  entities: [DismissedRow, NoticeRow],
  migrations: [Dismissed1763710000000, Notices1763710000001],
});

/** Opens the database, waiting for it; from then on `/readyz` says whether it answers. */
export const dataSourceProvider = {
  provide: DataSource,
  inject: [CONFIG, LOGGER, Health],
  useFactory: (config: Config, logger: Logger, health: Health): Promise<DataSource> => {
    const dataSource = createDataSource(databaseOptions(config.DATABASE_URL), logger);
    health.add('postgres', async () => {
      if (!dataSource.isInitialized) return 'away';
      await dataSource.query('SELECT 1');
      return 'ok';
    });
    return openDatabase(dataSource, logger);
  },
};

/** Closes the pool after the last call has been answered. */
@Injectable()
export class DatabaseCloser implements OnApplicationShutdown {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}
