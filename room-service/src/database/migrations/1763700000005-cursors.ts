import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Moves cursors forward: first lock the members (in one order, so that two gateways cannot deadlock), then look.
 * Above the room's last seq they are cut to it; `read` implies `delivered`; who is not a member is left out. The caller names
 * each member once. `missed` gains what is confirmed only now though older than `a_late`, and loses what is read. As `ts`
 * never falls, the first and the last new seq tell almost always which part that is. Returns the members that moved.
 */
export class Cursors1763700000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION natter_advance(a_room uuid[], a_usr uuid[], a_delivered bigint[], a_read bigint[], a_late interval)
      RETURNS TABLE (room uuid, usr uuid, delivered bigint, read bigint, members integer)
      LANGUAGE plpgsql AS $$
      #variable_conflict use_column
      DECLARE
        v_late timestamptz := clock_timestamp() - a_late;
      BEGIN
        PERFORM 1 FROM unnest(a_room, a_usr) AS a (room, usr)
          JOIN members m ON m.room = a.room AND m.usr = a.usr
          ORDER BY m.room, m.usr FOR NO KEY UPDATE OF m;
        RETURN QUERY
        WITH moved AS MATERIALIZED (
          SELECT t.*,
                 CASE WHEN t.delivered = t.old_delivered THEN NULL
                      WHEN (SELECT l.ts FROM log l WHERE l.room = t.room AND l.seq = t.old_delivered + 1) > v_late THEN NULL
                      WHEN (SELECT l.ts FROM log l WHERE l.room = t.room AND l.seq = t.delivered) <= v_late THEN t.delivered
                      ELSE (SELECT l.seq FROM log l
                            WHERE l.room = t.room AND l.seq > t.old_delivered AND l.seq <= t.delivered AND l.ts <= v_late
                            ORDER BY l.seq DESC LIMIT 1)
                 END AS late_to
          FROM (
            SELECT m.room, m.usr, x.members, m.delivered AS old_delivered,
                   greatest(m.delivered, least(greatest(a.delivered, a.read, 0), x.last_seq)) AS delivered,
                   greatest(m.read, least(coalesce(a.read, 0), x.last_seq)) AS read,
                   m.read AS old_read
            FROM unnest(a_room, a_usr, a_delivered, a_read) AS a (room, usr, delivered, read)
            JOIN members m ON m.room = a.room AND m.usr = a.usr
            JOIN rooms x ON x.id = m.room
          ) t
          WHERE t.delivered > t.old_delivered OR t.read > t.old_read
        )
        UPDATE members m
        SET delivered = v.delivered, read = v.read,
            missed = CASE WHEN v.late_to IS NULL AND isempty(m.missed) THEN m.missed
                          ELSE (m.missed + int8multirange(int8range(v.old_delivered, coalesce(v.late_to, v.old_delivered), '(]')))
                               * int8multirange(int8range(v.read, NULL, '()'))
                     END
        FROM moved v
        WHERE m.room = v.room AND m.usr = v.usr
        RETURNING m.room, m.usr, m.delivered, m.read, v.members;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION natter_advance`);
  }
}
