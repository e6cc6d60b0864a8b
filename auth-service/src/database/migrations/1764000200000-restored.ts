import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * To be called once on rows that were put in from a backup, by whatever means, before a service starts on them. Numbers of transactions
 * are those of the server they were made on: here they would hide changes, or show old ones for ever. And who had ended a
 * session since the backup was made has ended it.
 */
export class Restored1764000200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION natter_restored(a_end_sessions boolean) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE users SET changed_in = 0 WHERE changed_in <> 0;
        IF a_end_sessions THEN
          UPDATE sessions SET ended_at = clock_timestamp() WHERE ended_at IS NULL;
          DELETE FROM tickets;
          DELETE FROM password_resets;
        END IF;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION natter_restored`);
  }
}
