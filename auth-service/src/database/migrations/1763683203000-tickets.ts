import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Tickets1763683203000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tickets (
        hash text PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX tickets_expiry ON tickets (expires_at);
      CREATE INDEX tickets_session ON tickets (session_id);
      CREATE INDEX tickets_user ON tickets (user_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE tickets`);
  }
}
