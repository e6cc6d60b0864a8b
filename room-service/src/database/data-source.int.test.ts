import { createTestDatabase, type TestDatabase } from '@natter/service-kit/testing/postgres';
import { openDatabase } from '@natter/service-kit/database';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { silent } from '../testing/rooms-database.js';
import { createRoomsDataSource } from './data-source.js';
import { checkDurability } from './durability.js';

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await openDatabase(createRoomsDataSource(database.url, silent), silent);
});

afterAll(async () => {
  await dataSource?.destroy();
  await database?.drop();
});

const tables = async (): Promise<string[]> => {
  const rows: { name: string }[] = await dataSource.query(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' UNION ALL
     SELECT proname FROM pg_proc WHERE proname LIKE 'natter%' ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
};

describe('the database', () => {
  it('has every column its entities speak of', async () => {
    for (const { tableName, columns } of dataSource.entityMetadatas) {
      const rows: { name: string; nullable: boolean }[] = await dataSource.query(
        `SELECT column_name AS name, is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_name = $1`,
        [tableName],
      );
      const inTable = rows.map(({ name, nullable }) => `${name} ${nullable}`).toSorted();
      expect(inTable).toEqual(
        columns.map(({ databaseName, isNullable }) => `${databaseName} ${isNullable}`).toSorted(),
      );
    }
  });

  it('can be taken back to nothing, one migration at a time, and up again', async () => {
    const all = await tables();
    expect(all).toContain('natter_append');
    for (const _ of dataSource.migrations) await dataSource.undoLastMigration();
    expect(await tables()).toEqual(['migrations']);
    await dataSource.runMigrations();
    expect(await tables()).toEqual(all);
  });

  it('knows where each log ends, whichever way it is taken', async () => {
    const room = '9f6d3f2e-35f9-4a52-8f43-0a5c7f3c1f10';
    const end = { last_seq: 7, last_ts: new Date('2026-01-02T03:04:05.678Z') };
    await dataSource.query(
      `WITH made AS (
         INSERT INTO rooms (id, title, title_folded, topic, kind, visibility, history, members_can_invite, created_at)
         VALUES ($1, '', '', '', 'dm', 'private', 'all', true, now()))
       INSERT INTO heads (room, last_seq, last_ts) VALUES ($1, $2, $3)`,
      [room, end.last_seq, end.last_ts],
    );
    while ((await tables()).includes('heads')) await dataSource.undoLastMigration();
    expect(await dataSource.query(`SELECT last_seq, last_ts FROM rooms WHERE id = $1`, [room])).toEqual([end]);
    await dataSource.runMigrations();
    expect(await dataSource.query(`SELECT last_seq, last_ts FROM heads WHERE room = $1`, [room])).toEqual([end]);
    await dataSource.query(`DELETE FROM rooms WHERE id = $1`, [room]);
    expect(await dataSource.query(`SELECT 1 FROM heads`)).toEqual([]);
  });

  it('is refused where it does not write through to its disk', async () => {
    expect(await checkDurability(dataSource)).toBe('ok');
    await dataSource.query(`ALTER DATABASE ${new URL(database.url).pathname.slice(1)} SET synchronous_commit = off`);
    const later = await createRoomsDataSource(database.url, silent).initialize();
    expect(await checkDurability(later)).toBe('PostgreSQL runs with synchronous_commit off');
    await later.destroy();
  });
});
