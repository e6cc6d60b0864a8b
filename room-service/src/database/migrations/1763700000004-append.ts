import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The statement everything rests on: first lock the rooms, then look. In READ COMMITTED the second statement sees all that was
 * committed before the lock was got, so duplicates and membership are exact, and 23505 can only come from one id used in two
 * rooms at once. It looks with one CTE and never joins it with another: the planner has no estimates for that.
 *
 * One row for each item whose room exists; `outcome` 0 stored, 1 the sender used this id before (`in_room`, `stored` say for
 * what), 2 not a member of a public room, 3 not a member of a private one, 4 `thread` or `reply_to` is no event of the room.
 * The caller has dropped repeats of (sender, id).
 */
export class Append1763700000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION natter_append(
        a_room uuid[], a_sender uuid[], a_id text[], a_payload text[], a_thread bigint[], a_reply_to bigint[]
      ) RETURNS TABLE (ord bigint, outcome integer, seq bigint, ts_ms double precision, in_room uuid, stored text)
      LANGUAGE plpgsql AS $$
      #variable_conflict use_column
      DECLARE
        v_now timestamptz;
      BEGIN
        PERFORM 1 FROM rooms WHERE id = ANY (a_room) ORDER BY id FOR NO KEY UPDATE;
        v_now := date_trunc('milliseconds', clock_timestamp());
        RETURN QUERY WITH chk AS MATERIALIZED (
          SELECT c.*,
                 c.last_seq + count(*) FILTER (WHERE c.outcome = 0) OVER (PARTITION BY c.room ORDER BY c.ord) AS seq
          FROM (
            SELECT r.*, x.last_seq, greatest(x.last_ts, v_now) AS ts,
                   m.room AS in_room, m.seq AS dup_seq, m.ts AS dup_ts, m.payload AS stored,
                   CASE WHEN m.seq IS NOT NULL THEN 1
                        WHEN mb.room IS NULL AND x.visibility = 'public' THEN 2
                        WHEN mb.room IS NULL THEN 3
                        WHEN greatest(r.thread, r.reply_to) > x.last_seq THEN 4
                        ELSE 0 END AS outcome
            FROM unnest(a_room, a_sender, a_id, a_payload, a_thread, a_reply_to)
                   WITH ORDINALITY AS r (room, sender, id, payload, thread, reply_to, ord)
            JOIN rooms x ON x.id = r.room
            LEFT JOIN log m ON m.sender = r.sender AND m.id = r.id
            LEFT JOIN members mb ON mb.room = r.room AND mb.usr = r.sender
          ) c
        ), upd AS (
          UPDATE rooms SET last_seq = g.seq, last_ts = g.ts
          FROM (SELECT room, max(seq) AS seq, max(ts) AS ts FROM chk WHERE outcome = 0 GROUP BY room) g
          WHERE rooms.id = g.room
        ), ins AS (
          INSERT INTO log (room, seq, type, ts, sender, id, payload)
          SELECT room, seq, 'message', ts, sender, id, payload FROM chk WHERE outcome = 0
        )
        SELECT ord, outcome, coalesce(dup_seq, seq), date_part('epoch', coalesce(dup_ts, ts)) * 1000, in_room, stored
        FROM chk;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION natter_append`);
  }
}
