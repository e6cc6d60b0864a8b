import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Administration1763700200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users ADD changed_at timestamptz;
      UPDATE users SET changed_at = created_at;
      ALTER TABLE users ALTER changed_at SET NOT NULL;
      CREATE INDEX users_changed ON users (changed_at) WHERE version > 1;

      -- Somebody may always administer. Of two who take it from each other at once the second waits, and then sees what the first did.
      CREATE FUNCTION keep_an_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_advisory_xact_lock(4201105);
        IF NOT EXISTS (SELECT 1 FROM users WHERE admin AND NOT disabled) THEN
          RAISE EXCEPTION 'nobody would be left who may administer'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'users_keep_administrator';
        END IF;
        RETURN NULL;
      END $$;
      CREATE TRIGGER users_keep_administrator AFTER UPDATE OF admin, disabled ON users FOR EACH ROW
        WHEN (OLD.admin AND NOT OLD.disabled AND (NEW.disabled OR NOT NEW.admin))
        EXECUTE FUNCTION keep_an_administrator();
      CREATE TRIGGER users_keep_administrator_deleted AFTER DELETE ON users FOR EACH ROW
        WHEN (OLD.admin AND NOT OLD.disabled)
        EXECUTE FUNCTION keep_an_administrator();

      CREATE TABLE password_resets (
        user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
        hash text NOT NULL UNIQUE,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL
      );
      CREATE INDEX password_resets_expiry ON password_resets (expires_at);

      ALTER TABLE audit ADD by_id uuid, ADD room_id uuid, ADD room_name text, ADD details jsonb, ADD source text;
      UPDATE audit SET by_id = user_id WHERE action NOT LIKE '%refused' AND action <> 'refresh_token_reused';
      CREATE UNIQUE INDEX audit_source ON audit (source) WHERE source IS NOT NULL;
      DROP INDEX audit_at;
      CREATE INDEX audit_at ON audit (at, id);
      CREATE INDEX audit_action ON audit (action, at, id);
      CREATE INDEX audit_user ON audit (user_id, at, id);
      CREATE INDEX audit_by ON audit (by_id, at, id) WHERE by_id IS DISTINCT FROM user_id;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DELETE FROM audit WHERE source IS NOT NULL;
      DROP INDEX audit_source, audit_at, audit_action, audit_user, audit_by;
      CREATE INDEX audit_at ON audit (at);
      ALTER TABLE audit DROP by_id, DROP room_id, DROP room_name, DROP details, DROP source;
      DROP TABLE password_resets;
      DROP TRIGGER users_keep_administrator ON users;
      DROP TRIGGER users_keep_administrator_deleted ON users;
      DROP FUNCTION keep_an_administrator;
      ALTER TABLE users DROP changed_at;
    `);
  }
}
