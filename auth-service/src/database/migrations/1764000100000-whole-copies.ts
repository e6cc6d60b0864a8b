import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The room-service keeps more of each account than it did: everybody is handed over once more. */
export class WholeCopies1764000100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      INSERT INTO user_copies (user_id, version, since, attempts, next_try_at)
      SELECT id, version, now(), 0, now() FROM users
      ON CONFLICT DO NOTHING
    `);
  }

  async down(): Promise<void> {
    // What is handed over already does no harm.
  }
}
