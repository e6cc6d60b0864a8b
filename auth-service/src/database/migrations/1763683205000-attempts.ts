import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Attempts1763683205000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE attempts (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        key text NOT NULL,
        at timestamptz NOT NULL,
        wait_ms integer NOT NULL
      );
      CREATE INDEX attempts_key ON attempts (key, at);
      CREATE INDEX attempts_at ON attempts (at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE attempts`);
  }
}
