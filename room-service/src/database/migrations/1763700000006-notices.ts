import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Notices1763700000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE notices (
        id text PRIMARY KEY,
        usr uuid NOT NULL,
        room uuid NOT NULL,
        preview text NOT NULL,
        ts timestamptz(3) NOT NULL,
        due timestamptz(3) NOT NULL,
        tries integer NOT NULL DEFAULT 0
      )`);
    await runner.query(`CREATE INDEX notices_due ON notices (due)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE notices`);
  }
}
