import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The room log. It does not reference `rooms`: rows are only written under the room's lock, and the check would cost every
 * message. `log_sender_id` makes a message id unique per sender over all rooms.
 * Times have milliseconds, as the contract shows them, so that a time read and sent back is the same time.
 */
export class Log1763700000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE log (
        room uuid NOT NULL,
        seq bigint NOT NULL,
        type text NOT NULL,
        ts timestamptz(3) NOT NULL,
        sender uuid NOT NULL,
        id text COLLATE "C",
        payload text NOT NULL,
        PRIMARY KEY (room, seq)
      )`);
    await runner.query(`CREATE UNIQUE INDEX log_sender_id ON log (sender, id) WHERE id IS NOT NULL`);
    await runner.query(`CREATE TABLE buried_rooms (room uuid PRIMARY KEY)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE buried_rooms`);
    await runner.query(`DROP TABLE log`);
  }
}
