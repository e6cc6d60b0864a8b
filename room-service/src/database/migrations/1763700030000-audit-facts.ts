import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AuditFacts1763700030000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_facts (
        id text PRIMARY KEY,
        action text NOT NULL,
        by uuid NOT NULL,
        usr uuid,
        room uuid NOT NULL,
        room_name text,
        seq bigint,
        ts timestamptz(3) NOT NULL,
        due timestamptz(3) NOT NULL,
        tries integer NOT NULL DEFAULT 0
      )`);
    await runner.query(`CREATE INDEX audit_facts_due ON audit_facts (due)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE audit_facts`);
  }
}
