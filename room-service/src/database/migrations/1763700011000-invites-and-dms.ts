import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An invite goes with the membership of its maker, by constraint: who was removed cannot come back by a code of their own.
 * Codes stand as they are: who can read them here can read the rooms, too, and they can be shown again to those who may know them.
 *
 * `dms` makes the conversation of two people unique, whoever of them opens it, and however often at once.
 */
export class InvitesAndDms1763700011000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE invites (
        id uuid PRIMARY KEY,
        code text COLLATE "C" NOT NULL CONSTRAINT invites_code_key UNIQUE,
        room uuid NOT NULL,
        by_usr uuid NOT NULL,
        created_at timestamptz(3) NOT NULL,
        expires_at timestamptz(3) NOT NULL,
        uses integer CHECK (uses > 0),
        used integer NOT NULL DEFAULT 0 CHECK (used <= uses),
        FOREIGN KEY (room, by_usr) REFERENCES members (room, usr) ON DELETE CASCADE
      );
      CREATE INDEX invites_room_maker ON invites (room, by_usr);
      CREATE TABLE dms (
        low uuid,
        high uuid,
        room uuid NOT NULL REFERENCES rooms ON DELETE CASCADE,
        CONSTRAINT dms_pkey PRIMARY KEY (low, high),
        CONSTRAINT dms_room_key UNIQUE (room),
        CHECK (low < high)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE dms; DROP TABLE invites`);
  }
}
