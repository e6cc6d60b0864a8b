import { getJwks, getOwnUsers } from '@natter/contracts/auth';
import { createDataSource, openDatabase } from '@natter/service-kit/database';
import { Health } from '@natter/service-kit/health';
import { createLogger } from '@natter/service-kit/logger';
import { createTestDatabase, type TestDatabase } from '@natter/service-kit/testing/postgres';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, outcome, TestAuthService } from '../testing/auth-service.js';
import { type CutLine, cutLine } from '../testing/cut-line.js';
import { databaseOptions } from './data-source.js';

describe('the migrations', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await createTestDatabase();
    const logger = createLogger('test', { INSTANCE_ID: 'test', LOG_LEVEL: 'silent' });
    dataSource = await openDatabase(createDataSource(databaseOptions(database.url), logger), logger);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const columns = () =>
    dataSource.query<{ table_name: string; column_name: string; is_nullable: string }[]>(
      `SELECT table_name, column_name, is_nullable FROM information_schema.columns
       WHERE table_schema = 'public' AND table_name <> 'migrations' ORDER BY 1, 2`,
    );

  it('make the tables that the entities describe', async () => {
    const described = dataSource.entityMetadatas
      .flatMap((entity) =>
        entity.columns.map((column) => ({
          table_name: entity.tableName,
          column_name: column.databaseName,
          is_nullable: column.isNullable ? 'YES' : 'NO',
        })),
      )
      .sort((a, b) => `${a.table_name} ${a.column_name}`.localeCompare(`${b.table_name} ${b.column_name}`, 'en'));
    const made = await columns();
    made.sort((a, b) => `${a.table_name} ${a.column_name}`.localeCompare(`${b.table_name} ${b.column_name}`, 'en'));
    expect(made).toEqual(described);
  });

  it('can each be taken back, and made again', async () => {
    const made = await columns();
    const steps = dataSource.migrations.length;
    for (let i = 0; i < steps; i++) await dataSource.undoLastMigration();
    expect(await columns()).toEqual([]);
    await dataSource.runMigrations();
    expect(await columns()).toEqual(made);
  });
});

describe('while PostgreSQL is away', () => {
  let auth: TestAuthService;
  let line: CutLine;
  beforeAll(async () => {
    auth = await TestAuthService.start({ NATTER_RATE_FACTOR: '100' });
    line = await cutLine(auth.database.url);
    const behindLine = await auth.addReplica({ DATABASE_URL: line.url });
    const [direct] = auth.replicas.splice(0, 1);
    await direct?.stop();
    expect(auth.first).toBe(behindLine);
  });
  afterAll(() => auth.stop());

  it('calls are answered `unavailable`, keys are still given, and all works again when it is back', async () => {
    await auth.register('ada');
    await line.cut();
    const calls = [
      auth.login('ada'),
      auth.login('nobody'),
      auth.register('grace'),
      auth.call(getOwnUsers, { users: [] }),
    ];
    expect(await Promise.all(calls.map(outcome))).toEqual(calls.map(() => 'unavailable'));
    expect((await auth.call(getJwks, {})).keys).toHaveLength(1);
    const { ready, checks } = await auth.first.get(Health).report();
    expect({ ready, nats: checks['nats'], key: checks['key'] }).toEqual({ ready: false, nats: 'ok', key: 'ok' });
    expect(checks['postgres']).not.toBe('ok');
    await line.mend();
    await eventually(async () => (await outcome(auth.login('ada'))) === 'ok', 'signing in works again');
    expect(await outcome(auth.register('grace'))).toBe('ok');
  });
});
