import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Users are not referenced: their copies may come later than their memberships.
 * `members_room_joined` pages through the members of a room; cursors are in no index, so that they move within the page.
 */
export class Members1763700000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE members (
        room uuid NOT NULL REFERENCES rooms ON DELETE CASCADE,
        usr uuid NOT NULL,
        role text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
        joined_seq bigint NOT NULL,
        joined_at timestamptz(3) NOT NULL,
        delivered bigint NOT NULL,
        read bigint NOT NULL,
        missed int8multirange NOT NULL DEFAULT '{}',
        notify text NOT NULL DEFAULT 'all' CHECK (notify IN ('all', 'mentions', 'none')),
        muted_until timestamptz(3),
        PRIMARY KEY (room, usr)
      ) WITH (fillfactor = 80)`);
    await runner.query(`CREATE UNIQUE INDEX members_usr_room ON members (usr, room)`);
    await runner.query(`CREATE INDEX members_room_joined ON members (room, joined_seq)`);
    await runner.query(`
      CREATE TABLE bans (
        room uuid NOT NULL REFERENCES rooms ON DELETE CASCADE,
        usr uuid NOT NULL,
        PRIMARY KEY (room, usr)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE bans`);
    await runner.query(`DROP TABLE members`);
  }
}
