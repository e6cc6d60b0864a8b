import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What becomes of a message after it was said. Its row in the log holds its newest text; what many people add to it (reactions,
 * replies) stands in rows of its own, and `marked` says that there are some, so that reading the others costs nothing more.
 *
 * `log.target`: the root of a message's thread; of `edited`, `deleted` and `reaction` the message. `log.proof`: the SHA-256 of a
 * text that the log no longer holds, or never did, so that a repeated request is still known from a conflicting one; gone, as the
 * text, once the message is deleted. `reactions.seq` is the event that stands: the newest of this user and emoji. `mentions` is for
 * counting: it has no row for the sender.
 */
export class MessageState1763800000100 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE log
        ADD COLUMN target bigint,
        ADD COLUMN marked boolean NOT NULL DEFAULT false,
        ADD COLUMN deleted boolean NOT NULL DEFAULT false,
        ADD COLUMN proof bytea`);
    await runner.query(`
      CREATE TABLE threads (
        room uuid NOT NULL,
        root bigint NOT NULL,
        replies integer NOT NULL,
        last_seq bigint NOT NULL,
        PRIMARY KEY (room, root)
      ) WITH (fillfactor = 80)`);
    await runner.query(`
      CREATE TABLE reactions (
        room uuid NOT NULL,
        target bigint NOT NULL,
        emoji text COLLATE "C" NOT NULL,
        usr uuid NOT NULL,
        given boolean NOT NULL,
        seq bigint NOT NULL,
        ts timestamptz(3) NOT NULL,
        PRIMARY KEY (room, target, emoji, usr)
      )`);
    await runner.query(`
      CREATE TABLE mentions (
        room uuid NOT NULL,
        usr uuid NOT NULL,
        seq bigint NOT NULL,
        PRIMARY KEY (room, usr, seq)
      )`);
    await this.countThreads(runner);
    await runner.query(`CREATE INDEX log_target ON log (room, target, type, seq) WHERE target IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE mentions, reactions, threads`);
    await runner.query(`
      ALTER TABLE log DROP COLUMN target, DROP COLUMN marked, DROP COLUMN deleted, DROP COLUMN proof`);
  }

  /** Threads were stored before they were counted. */
  private async countThreads(runner: QueryRunner): Promise<void> {
    await runner.query(`
      UPDATE log SET target = (payload::json ->> 'thread')::bigint
      WHERE type = 'message' AND payload::json ->> 'thread' IS NOT NULL`);
    await runner.query(`
      INSERT INTO threads (room, root, replies, last_seq)
      SELECT room, target, count(*), max(seq) FROM log WHERE type = 'message' AND target IS NOT NULL GROUP BY room, target`);
    await runner.query(`
      UPDATE log SET marked = true FROM threads t
      WHERE log.room = t.room AND log.seq = t.root AND log.type = 'message'`);
  }
}
