// One instant in three databases. What one service hands over to another stands in the one until it stands in the other; a backup that
// saw them at different times could miss it in both. So for a moment, usually a few milliseconds, nobody writes in any of them, and meanwhile each
// transaction takes its picture. What each shows from then on is that moment, however long the copying takes.
import { setTimeout as sleep } from 'node:timers/promises';
import { LaunchError } from '@natter/infra/launch-error';
import type { Client, DatabaseError } from 'pg';
import { listTables, quoted, type Table } from './tables.js';

const TRIES = 20;
/** Writers wait for us as long as we wait for those before us: short, and only now and then long enough to make autovacuum step aside. */
const SHORT_WAIT_MS = 250;
const LONG_WAIT_MS = 2_500;
const LONG_EVERY = 5;
const PAUSE_MS = 500;
/** Should this process be stopped or cut off while writers wait for it, PostgreSQL lets them go on after this. */
const HOLD_MS = 5_000;
// lock_not_available, query_canceled, deadlock_detected, undefined_table: somebody was there before us.
const TRIED_AGAIN = new Set(['55P03', '57014', '40P01', '42P01']);

/**
 * Begins a transaction in each database, all of which see the same instant and keep their tables as they are.
 *
 * @returns the tables of each database, in the order of `clients`
 * @throws LaunchError when the databases were too busy for a minute or so
 */
export async function stopAtOneInstant(clients: readonly Client[]): Promise<Table[][]> {
  for (let attempt = 1; ; attempt += 1) {
    const tables = await Promise.all(clients.map(listTables));
    const waitMs = attempt % LONG_EVERY === 0 ? LONG_WAIT_MS : SHORT_WAIT_MS;
    const failed =
      (await failure(clients.map((client, i) => keepTables(client, tables[i] ?? [], waitMs)))) ??
      (await failure(clients.map((client, i) => keepWritersOut(client, tables[i] ?? [], waitMs))));
    if (failed === undefined && (await pictured(clients, tables))) return tables;
    await Promise.all(clients.map((client) => client.query('ROLLBACK')));
    if (failed !== undefined && !TRIED_AGAIN.has((failed as DatabaseError).code ?? '')) throw failed;
    if (attempt === TRIES) {
      throw new LaunchError('The databases did not come to rest for an instant: try again when there is less to do.');
    }
    await sleep(PAUSE_MS * (0.5 + Math.random()));
  }
}

/** The first error, when all are done. */
async function failure(steps: readonly Promise<void>[]): Promise<unknown> {
  return (await Promise.allSettled(steps)).find((step) => step.status === 'rejected')?.reason;
}

/** From here on to the end of the backup no migration changes a table. LOCK takes no picture yet. */
async function keepTables(client: Client, tables: readonly Table[], waitMs: number): Promise<void> {
  await client.query(`BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL lock_timeout = ${waitMs}`);
  if (tables.length > 0) await client.query(`LOCK TABLE ${namesOf(tables)} IN ACCESS SHARE MODE`);
  await client.query('SAVEPOINT instant');
}

/** What is set here ends with the savepoint. The wait for all tables together is bounded; lock_timeout is that for each. */
async function keepWritersOut(client: Client, tables: readonly Table[], waitMs: number): Promise<void> {
  if (tables.length === 0) return;
  await client.query(
    `SET LOCAL idle_in_transaction_session_timeout = ${HOLD_MS}; SET LOCAL statement_timeout = ${waitMs};
     LOCK TABLE ${namesOf(tables)} IN SHARE MODE; SET LOCAL statement_timeout = 0`,
  );
}

const namesOf = (tables: readonly Table[]): string => tables.map(({ name }) => quoted(name)).join(', ');

/** Takes the pictures and lets writers go on. False when a migration had been quicker than the locks: the tables are others now. */
async function pictured(clients: readonly Client[], tables: readonly (readonly Table[])[]): Promise<boolean> {
  await Promise.all(clients.map((client) => client.query('SELECT 1'))); // the first look is the picture
  await Promise.all(clients.map((client) => client.query('ROLLBACK TO SAVEPOINT instant')));
  const now = await Promise.all(clients.map(listTables));
  return JSON.stringify(now) === JSON.stringify(tables);
}
