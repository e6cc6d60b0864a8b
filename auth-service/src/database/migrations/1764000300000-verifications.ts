import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Verifications1764000300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE verifications (
        id uuid PRIMARY KEY,
        email text NOT NULL,
        username text,
        password_hash text,
        user_id uuid REFERENCES users ON DELETE CASCADE,
        token_hashes text[] NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz
      );
      CREATE INDEX verifications_expiry ON verifications (expires_at);
      CREATE INDEX verifications_user ON verifications (user_id);

      CREATE TABLE mails (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        email text NOT NULL,
        verification_id uuid REFERENCES verifications ON DELETE CASCADE,
        user_id uuid REFERENCES users ON DELETE CASCADE,
        since timestamptz NOT NULL,
        attempts integer NOT NULL,
        next_try_at timestamptz NOT NULL
      );
      CREATE INDEX mails_due ON mails (next_try_at);
      CREATE INDEX mails_verification ON mails (verification_id);
      CREATE INDEX mails_user ON mails (user_id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE mails; DROP TABLE verifications`);
  }
}
