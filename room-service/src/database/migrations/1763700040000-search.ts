import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What search looks through: a copy of the messages' texts, folded, with their grams; beside the log, so that no message waits for an
 * index. `search_positions` tells up to which seq a room's log is in it. Neither references `rooms`: a deleted room goes in pieces.
 */
export class Search1763700040000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE message_search (
        room uuid NOT NULL,
        seq bigint NOT NULL,
        ts timestamptz(3) NOT NULL,
        sender uuid NOT NULL,
        folded text NOT NULL,
        grams integer[] NOT NULL,
        PRIMARY KEY (room, seq)
      )`);
    await runner.query(`CREATE INDEX message_search_grams ON message_search USING gin (grams)`);
    await runner.query(`CREATE INDEX message_search_ts ON message_search (ts, room, seq)`);
    await runner.query(`CREATE TABLE search_positions (room uuid PRIMARY KEY, seq bigint NOT NULL)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE search_positions`);
    await runner.query(`DROP TABLE message_search`);
  }
}
