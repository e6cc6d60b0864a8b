import type { MigrationInterface, QueryRunner } from 'typeorm';

/** No index over `last_seq`, `last_ts` or `members`: every message updates the row, and that must stay within its page (HOT). */
export class Rooms1763700000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE rooms (
        id uuid PRIMARY KEY,
        name text CONSTRAINT rooms_name_key UNIQUE,
        title text NOT NULL,
        title_lower text NOT NULL,
        topic text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('room', 'dm')),
        visibility text NOT NULL CHECK (visibility IN ('public', 'private')),
        history text NOT NULL CHECK (history IN ('all', 'since_join')),
        members_can_invite boolean NOT NULL,
        owner uuid,
        last_seq bigint NOT NULL DEFAULT 0,
        last_ts timestamptz(3) NOT NULL,
        created_at timestamptz(3) NOT NULL,
        members integer NOT NULL DEFAULT 0
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE rooms`);
  }
}
