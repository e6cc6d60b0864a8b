import type { MigrationInterface, QueryRunner } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDataSource, openDatabase } from './database.js';
import { createLogger } from './logger.js';
import { createTestDatabase, type TestDatabase } from './testing/postgres.js';

const logger = createLogger('test', { INSTANCE_ID: 'test', LOG_LEVEL: 'silent' });
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Takes longer than any statement of a service may. */
class Large1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE large AS SELECT 1 AS n FROM pg_sleep(5)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE large');
  }
}

it('a change of a large table takes its time, and replicas that start meanwhile wait for it', async () => {
  const options = { url: database.url, name: 'test', entities: [], migrations: [Large1764000000000] };
  const replicas = [createDataSource(options, logger), createDataSource(options, logger)];
  await Promise.all(replicas.map((replica) => openDatabase(replica, logger)));
  for (const replica of replicas) {
    expect(await replica.query('SELECT FROM large')).toHaveLength(1);
    await expect(replica.query('SELECT pg_sleep(5)')).rejects.toThrow(/timeout/);
    await replica.destroy();
  }
});
