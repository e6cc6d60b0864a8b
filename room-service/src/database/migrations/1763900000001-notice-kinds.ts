import type { MigrationInterface, QueryRunner } from 'typeorm';

export class NoticeKinds1763900000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE notices ADD COLUMN kind text NOT NULL DEFAULT 'added'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE notices DROP COLUMN kind`);
  }
}
