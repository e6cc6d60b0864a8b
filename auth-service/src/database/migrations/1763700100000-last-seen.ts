import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Beside `users`, so that coming and going does not rewrite accounts; in no index, so that it moves within its page. */
export class LastSeen1763700100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE last_seen (
        user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        at timestamptz(3) NOT NULL
      ) WITH (fillfactor = 80)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE last_seen`);
  }
}
