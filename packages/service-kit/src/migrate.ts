// What `natter restore` runs of a service: its database as it was when a backup was made, before the backup's rows are put in. Migrations
// that came later run when the service starts, on those rows, as they would have without the backup.
import { text } from 'node:stream/consumers';
import type { DataSource } from 'typeorm';
import { migrateUnderLock } from './database.js';
import { createLogger, type Logger } from './logger.js';

/**
 * Runs the migrations whose names come on standard input (a JSON array, the first first), those that have not run yet.
 * Ends the process with 1, and says why on standard error, when one of them is unknown or fails.
 *
 * @param open the service's database, at the URL in DATABASE_URL
 */
export async function migrateAsAsked(open: (url: string, logger: Logger) => DataSource): Promise<void> {
  const wanted = JSON.parse(await text(process.stdin)) as string[];
  const logger = createLogger('migrate', { INSTANCE_ID: 'migrate', LOG_LEVEL: 'error' });
  const dataSource = open(process.env['DATABASE_URL'] ?? '', logger);
  try {
    const known = dataSource.options.migrations as (new () => object)[];
    const unknown = wanted.filter((name) => !known.some((migration) => migration.name === name));
    if (unknown.length > 0) throw new Error(`this version does not know the migration ${unknown[0]}`);
    dataSource.setOptions({ migrations: known.filter(({ name }) => wanted.includes(name)) });
    await dataSource.initialize();
    await migrateUnderLock(dataSource);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}
