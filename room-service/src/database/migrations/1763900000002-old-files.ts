import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a file that no message carries was first found old: a clock that is wrong for a while is no reason to remove it. */
export class OldFiles1763900000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE files ADD old_at timestamptz`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE files DROP old_at`);
  }
}
