// Statements that run often, beside TypeORM but on its connections: under a name, so that each connection parses them once, and plans them
// once where PostgreSQL finds one plan as good as a new one each time.
import type { Pool } from 'pg';
import type { DataSource } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';

export interface Statement {
  /** Of one text only, within a service. */
  name: string;
  text: string;
}

/** Rows as pg reads them. @throws the database's error, or «away», as any query of `dataSource` */
export async function runNamed<Row extends object>(
  { driver }: DataSource,
  statement: Statement,
  values: unknown[],
): Promise<Row[]> {
  const pool = (driver as PostgresDriver).master as Pool;
  const { rows } = await pool.query<Row>({ ...statement, values });
  return rows;
}
