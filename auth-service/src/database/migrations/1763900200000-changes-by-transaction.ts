import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which accounts have changed since somebody asked is told by transactions, not by times: no clock that is set, and no transaction that
 * takes long, can hide a change.
 */
export class ChangesByTransaction1763900200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE users ADD changed_in bigint NOT NULL DEFAULT 0;
      DROP INDEX users_changed;
      ALTER TABLE users DROP changed_at;
      CREATE INDEX users_changed ON users (changed_in) WHERE version > 1;
      CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        NEW.changed_in := pg_current_xact_id()::text::bigint;
        RETURN NEW;
      END $$;
      CREATE TRIGGER users_change BEFORE UPDATE OF version ON users
        FOR EACH ROW WHEN (NEW.version <> OLD.version) EXECUTE FUNCTION note_change();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER users_change ON users;
      DROP FUNCTION note_change;
      DROP INDEX users_changed;
      ALTER TABLE users ADD changed_at timestamptz NOT NULL DEFAULT now();
      ALTER TABLE users ALTER changed_at DROP DEFAULT;
      CREATE INDEX users_changed ON users (changed_at) WHERE version > 1;
      ALTER TABLE users DROP changed_in;
    `);
  }
}
