import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Sessions1763683201000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sessions (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        last_seen timestamptz NOT NULL,
        ip text NOT NULL,
        user_agent text NOT NULL,
        -- until when the newest of its access tokens is good
        access_until timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz
      );
      CREATE INDEX sessions_live ON sessions (user_id, last_seen) WHERE ended_at IS NULL;
      CREATE INDEX sessions_user ON sessions (user_id);
      CREATE INDEX sessions_access ON sessions (access_until);

      CREATE TABLE refresh_tokens (
        hash text PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        replaced_at timestamptz
      );
      CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
      CREATE INDEX refresh_tokens_expiry ON refresh_tokens (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE refresh_tokens; DROP TABLE sessions`);
  }
}
