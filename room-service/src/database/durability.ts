// An ack means durable, so a database that does not write through to its disk is refused.
import type { DataSource } from 'typeorm';

const required = ['fsync', 'full_page_writes', 'synchronous_commit'];

/** Readiness: `ok`, or which of the settings that keep what was acknowledged is off. Rejects when the database is away. */
export async function checkDurability(dataSource: DataSource): Promise<string> {
  const off: { name: string }[] = await dataSource.query(
    `SELECT name FROM pg_settings WHERE name = ANY ($1) AND setting = 'off' ORDER BY name`,
    [required],
  );
  return off.length === 0 ? 'ok' : `PostgreSQL runs with ${off.map(({ name }) => name).join(', ')} off`;
}
