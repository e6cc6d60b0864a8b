import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Avatars1763900100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE avatars (
        user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        version text NOT NULL,
        picture bytea NOT NULL
      )`);
    // WebP is compressed already.
    await runner.query(`ALTER TABLE avatars ALTER picture SET STORAGE EXTERNAL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE avatars`);
    await runner.query(`UPDATE users SET avatar = NULL WHERE avatar IS NOT NULL`);
  }
}
