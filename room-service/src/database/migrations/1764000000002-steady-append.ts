import type { MigrationInterface, QueryRunner } from 'typeorm';
import { append } from './1763800000101-changes.js';

/**
 * The plan of the append is made once and kept (`steadyPlans`), perhaps when the tables are all but empty: then reading the whole log
 * for each message, or all members of its room, looks as cheap as asking an index, and stays so until the next ANALYZE. A subquery with a
 * limit is never joined by reading a table as a whole; and rooms are said to have a hundred members each, whatever is counted.
 */
export class SteadyAppend1764000000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(replaced(append.replace(joined, limited)));
    await runner.query(`ALTER TABLE members ALTER room SET (n_distinct = -0.01)`);
    await runner.query(`ANALYZE members`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(replaced(append));
    await runner.query(`ALTER TABLE members ALTER room RESET (n_distinct)`);
  }
}

const replaced = (text: string): string => text.replace('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION');
const joined = 'LEFT JOIN log m ON m.sender = r.sender AND m.id = r.id';
const limited = `LEFT JOIN LATERAL (
          SELECT l.room, l.seq, l.ts, l.type, l.payload, l.proof, l.deleted
          FROM log l WHERE l.sender = r.sender AND l.id = r.id LIMIT 1
        ) m ON true`;
