import type { MigrationInterface, QueryRunner } from 'typeorm';

export class UserCopies1763683204000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE user_copies (
        user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        version integer NOT NULL,
        since timestamptz NOT NULL,
        attempts integer NOT NULL,
        next_try_at timestamptz NOT NULL
      );
      CREATE INDEX user_copies_due ON user_copies (next_try_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE user_copies`);
  }
}
