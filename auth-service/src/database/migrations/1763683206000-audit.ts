import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Audit1763683206000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at timestamptz NOT NULL,
        action text NOT NULL,
        user_id uuid,
        session_id uuid,
        ip text
      );
      CREATE INDEX audit_at ON audit (at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE audit`);
  }
}
