// What a database consists of, read from its catalogue: so a table that a service gets tomorrow is in tomorrow's backup.
import type { Client } from 'pg';

/** Kept by TypeORM; which of them ran is in the manifest, and a restore runs them again. */
const MIGRATIONS = 'migrations';

export interface Table {
  readonly name: string;
  /** Those that are stored; what is computed from them is computed again. */
  readonly columns: readonly string[];
}

/** All tables, each after those it refers to. */
export async function listTables(client: Client): Promise<Table[]> {
  const { rows } = await client.query<Table & { refersTo: string[] }>(
    `SELECT c.relname AS name,
            (SELECT coalesce(array_agg(a.attname ORDER BY a.attnum)::text[], '{}') FROM pg_attribute a
             WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '') AS columns,
            (SELECT coalesce(array_agg(f.relname)::text[], '{}') FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
             WHERE k.conrelid = c.oid AND k.contype = 'f' AND NOT k.condeferrable AND f.oid <> c.oid) AS "refersTo"
     FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> $1
     ORDER BY c.relname`,
    [MIGRATIONS],
  );
  return inOrder(rows).map(({ name, columns }) => ({ name, columns }));
}

/** The migrations that made the database what it is, the first first; none where no service has been yet. */
export async function listMigrations(client: Client): Promise<string[]> {
  const { rows: found } = await client.query(`SELECT FROM pg_tables WHERE schemaname = 'public' AND tablename = $1`, [
    MIGRATIONS,
  ]);
  if (found.length === 0) return [];
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM public.${MIGRATIONS} ORDER BY "timestamp"`);
  return rows.map(({ name }) => name);
}

/** The last number each sequence gave; null for one that gave none. */
export async function readSequences(client: Client): Promise<Record<string, number | null>> {
  const { rows } = await client.query<{ name: string; last: string | null }>(
    `SELECT sequencename AS name, last_value AS last FROM pg_sequences
     WHERE schemaname = 'public' AND sequencename NOT LIKE $1`,
    [`${MIGRATIONS}\\_%`],
  );
  return Object.fromEntries(rows.map(({ name, last }) => [name, last === null ? null : Number(last)]));
}

/** Those of the tables that hold a row. */
export async function filledTables(client: Client, tables: readonly Table[]): Promise<string[]> {
  const filled: string[] = [];
  for (const { name } of tables) {
    const { rows } = await client.query(`SELECT FROM ${quoted(name)} LIMIT 1`);
    if (rows.length > 0) filled.push(name);
  }
  return filled;
}

/** Indexes that no constraint needs, as the statements that make them: an index is made in one go faster than row by row. */
export async function takeIndexes(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; statement: string }>(
    `SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS statement
     FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
       AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
     ORDER BY 1`,
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return rows.map(({ statement }) => statement);
}

/** The table as SQL names it. */
export const quoted = (table: string): string => `public.${quotedName(table)}`;

/** The part of a COPY that says what is copied. */
export const copied = ({ name, columns }: Table): string => `${quoted(name)} (${columns.map(quotedName).join(', ')})`;

const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** @throws Error when tables refer to one another in a circle that is checked at once */
export function inOrder<T extends { readonly name: string; readonly refersTo: readonly string[] }>(
  tables: readonly T[],
): T[] {
  const ordered: T[] = [];
  const isDone = (name: string): boolean => ordered.some((table) => table.name === name);
  while (ordered.length < tables.length) {
    const next = tables.find(({ name, refersTo }) => !isDone(name) && refersTo.every(isDone));
    if (next === undefined) throw new Error('some tables refer to one another in a circle');
    ordered.push(next);
  }
  return ordered;
}
