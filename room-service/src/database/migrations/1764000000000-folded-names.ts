import { fold } from '@natter/contracts/fold';
import type { MigrationInterface, QueryRunner } from 'typeorm';

const BATCH = 1_000;

/** Titles and names are found as messages are: without letter case and without the marks on letters. */
export class FoldedNames1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE rooms RENAME title_lower TO title_folded`);
    await runner.query(`ALTER TABLE users ADD names_folded text NOT NULL DEFAULT ''`);
    await rewrite(runner, 'rooms', 'title', 'title_folded', fold);
    await rewrite(runner, 'users', `username || chr(10) || display_name`, 'names_folded', fold);
    await runner.query(`ALTER TABLE users ALTER names_folded DROP DEFAULT`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE users DROP names_folded`);
    await runner.query(`ALTER TABLE rooms RENAME title_folded TO title_lower`);
    await rewrite(runner, 'rooms', 'title', 'title_lower', (title) => title.toLowerCase());
  }
}

/** Sets `column` of every row to what `make` makes of `source`: PostgreSQL has no such function of its own. */
async function rewrite(
  runner: QueryRunner,
  table: string,
  source: string,
  column: string,
  make: (text: string) => string,
): Promise<void> {
  for (let after: string | null = null; ; ) {
    const rows: { id: string; text: string }[] = await runner.query(
      `SELECT id, ${source} AS text FROM ${table} WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT ${BATCH}`,
      [after],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    await runner.query(
      `UPDATE ${table} SET ${column} = new.text FROM unnest($1::uuid[], $2::text[]) AS new (id, text) WHERE ${table}.id = new.id`,
      [rows.map(({ id }) => id), rows.map(({ text }) => make(text))],
    );
    after = last.id;
  }
}
