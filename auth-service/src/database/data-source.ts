// The database `natter_auth`: its tables, its migrations, its life.
import type { OnApplicationShutdown } from '@nestjs/common';
import { Inject, Injectable } from '@nestjs/common';
import { createDataSource, openDatabase } from '@natter/service-kit/database';
import { Health } from '@natter/service-kit/health';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { DataSource } from 'typeorm';
import { AttemptEntity } from '../limits/attempt.entity.js';
import { AuditEntity } from '../audit/audit.entity.js';
import type { Config } from '../config.js';
import { UserCopyEntity } from '../copies/user-copy.entity.js';
import { SessionEntity } from '../sessions/session.entity.js';
import { TicketEntity } from '../tickets/ticket.entity.js';
import { RefreshTokenEntity } from '../tokens/refresh-token.entity.js';
import { SigningKeyEntity } from '../tokens/signing-key.entity.js';
import { UserEntity } from '../users/user.entity.js';
import { Users1763683200000 } from './migrations/1763683200000-users.js';
import { Sessions1763683201000 } from './migrations/1763683201000-sessions.js';
import { SigningKeys1763683202000 } from './migrations/1763683202000-signing-keys.js';
import { Tickets1763683203000 } from './migrations/1763683203000-tickets.js';
import { UserCopies1763683204000 } from './migrations/1763683204000-user-copies.js';
import { Attempts1763683205000 } from './migrations/1763683205000-attempts.js';
import { Audit1763683206000 } from './migrations/1763683206000-audit.js';

/** Advisory locks of this database, beside the one that migrations take. */
export const advisoryLocks = {
  firstAdmin: 4_201_101,
  signingKey: 4_201_102,
  housekeeping: 4_201_103,
  /** First of two numbers; the second is the hash of what is counted. */
  attempts: 4_201_104,
} as const;

export const databaseOptions = (url: string) => ({
  url,
  name: 'auth-service',
  entities: [
    UserEntity,
    SessionEntity,
    RefreshTokenEntity,
    SigningKeyEntity,
    TicketEntity,
    UserCopyEntity,
    AttemptEntity,
    AuditEntity,
  ],
  migrations: [
    Users1763683200000,
    Sessions1763683201000,
    SigningKeys1763683202000,
    Tickets1763683203000,
    UserCopies1763683204000,
    Attempts1763683205000,
    Audit1763683206000,
  ],
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
