// PostgreSQL through TypeORM: one bounded pool a service, migrations at start under a lock, so that replicas may start together.
import pg from 'pg';
import { DataSource, type DataSourceOptions, type MixedList } from 'typeorm';
import type { Logger } from './logger.js';
import { isDatabaseAway } from './database-errors.js';
import { migrationLock } from './migration-lock.js';
import { retryDelay, sleep } from './retry.js';

export interface DatabaseOptions {
  url: string;
  name: string;
  entities: MixedList<Function>;
  migrations: MixedList<Function>;
  /** Connections at most; a query that finds none free waits up to 3 s, then fails as «away». */
  poolSize?: number;
}

export function createDataSource(options: DatabaseOptions, logger: Logger): DataSource {
  const settings: DataSourceOptions = {
    type: 'postgres',
    // Else TypeORM looks for one of its own, which would not know how we have values read.
    driver: pg,
    url: options.url,
    applicationName: options.name,
    entities: options.entities as never,
    migrations: options.migrations as never,
    synchronize: false,
    migrationsTransactionMode: 'each',
    poolSize: options.poolSize ?? 10,
    connectTimeoutMS: 3_000,
    extra: {
      statement_timeout: 4_000,
      query_timeout: 4_500,
      idle_in_transaction_session_timeout: 10_000,
      keepAlive: true,
    },
    poolErrorHandler: (error: Error) => logger.warn({ reason: error.message }, 'idle database connection lost'),
  };
  return new DataSource(settings);
}

/** Connects and migrates; waits as long as the database is away (jittered, at most 1 s between tries), saying so. */
export async function openDatabase(dataSource: DataSource, logger: Logger): Promise<DataSource> {
  for (let attempt = 0; ; attempt++) {
    try {
      if (!dataSource.isInitialized) await dataSource.initialize();
      await migrateUnderLock(dataSource);
      return dataSource;
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      logger.warn({ reason: (error as Error).message, attempt }, 'waiting for the database');
      await sleep(retryDelay(attempt, 200, 1_000));
    }
  }
}

/**
 * Runs what has not run yet, while nobody else does. A change of a large table takes its time: no limit of a statement holds.
 *
 * @throws what means «away» when somebody else has the lock for longer than a statement may take
 */
export async function migrateUnderLock(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [migrationLock]);
    if (await dataSource.showMigrations()) await migrate(dataSource);
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [migrationLock]).catch(() => undefined);
    await runner.release();
  }
}

/** On a connection of its own, since those of the pool have limits on both sides. */
async function migrate({ options }: DataSource): Promise<void> {
  const unhurried = new DataSource({
    ...options,
    entities: [],
    poolSize: 1,
    extra: { keepAlive: true },
  } as DataSourceOptions);
  await unhurried.initialize();
  try {
    await unhurried.runMigrations();
  } finally {
    await unhurried.destroy();
  }
}
