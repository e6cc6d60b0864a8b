import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A room has exactly one owner, by constraint: `rooms.owner` is set, the member it names exists and is an owner
 * (`rooms_owner_is_member`), and no other member is (`members_one_owner`). Checked at the end of a transaction, so that a room can
 * be made and handed over; direct conversations belong to nobody. Messages and cursors change none of these columns, and are not
 * checked. `members_place` takes the place of the index over (usr, room).
 *
 * Bans get what a list of them shows; `seq` is the place of the event, and their order.
 */
export class Ownership1763700010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE members ADD CONSTRAINT members_place UNIQUE (usr, room, role);
      DROP INDEX members_usr_room;
      CREATE UNIQUE INDEX members_one_owner ON members (room) WHERE role = 'owner';
      ALTER TABLE rooms
        ADD owner_role text GENERATED ALWAYS AS (CASE WHEN owner IS NOT NULL THEN 'owner' END) STORED,
        ADD CONSTRAINT rooms_have_owner CHECK ((owner IS NULL) = (kind = 'dm')),
        ADD CONSTRAINT rooms_owner_is_member FOREIGN KEY (owner, id, owner_role)
          REFERENCES members (usr, room, role) DEFERRABLE INITIALLY DEFERRED;
      ALTER TABLE bans
        ADD seq bigint NOT NULL DEFAULT 0,
        ADD by_usr uuid,
        ADD banned_at timestamptz(3) NOT NULL DEFAULT now();
      UPDATE bans SET by_usr = r.owner FROM rooms r WHERE r.id = bans.room;
      ALTER TABLE bans ALTER seq DROP DEFAULT, ALTER by_usr SET NOT NULL, ALTER banned_at DROP DEFAULT;
      CREATE INDEX bans_room_seq ON bans (room, seq)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX bans_room_seq;
      ALTER TABLE bans DROP seq, DROP by_usr, DROP banned_at;
      ALTER TABLE rooms DROP CONSTRAINT rooms_owner_is_member, DROP CONSTRAINT rooms_have_owner, DROP owner_role;
      DROP INDEX members_one_owner;
      CREATE UNIQUE INDEX members_usr_room ON members (usr, room);
      ALTER TABLE members DROP CONSTRAINT members_place`);
  }
}
