import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who deleted whose message is written for the audit trail, in the transaction of the deletion. Not a word of what it said. */
export class AuditedDeletions1763900000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER FUNCTION natter_change RENAME TO natter_change_log`);
    await runner.query(change);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION natter_change`);
    await runner.query(`ALTER FUNCTION natter_change_log RENAME TO natter_change`);
  }
}

/** As before, and each deletion leaves a fact. */
const change = `
  CREATE FUNCTION natter_change(
    a_type text[], a_room uuid[], a_sender uuid[], a_username text[], a_id text[], a_target bigint[], a_reply_to bigint[],
    a_text text[], a_names json[], a_given boolean[], a_most_emoji integer, a_most_reactions integer
  ) RETURNS TABLE (ord bigint, outcome integer, seq bigint, ts_ms double precision, in_room uuid, stored text, about text)
  LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  BEGIN
    FOR ord, outcome, seq, ts_ms, in_room, stored, about IN
      SELECT * FROM natter_change_log(a_type, a_room, a_sender, a_username, a_id, a_target, a_reply_to, a_text, a_names, a_given,
                                      a_most_emoji, a_most_reactions)
    LOOP
      IF outcome = 0 AND a_type[ord] = 'deleted' THEN
        INSERT INTO audit_facts (id, action, by, usr, room, room_name, seq, ts, due)
          SELECT 'message-' || r.id || '-' || m.seq, 'message_deleted', a_sender[ord], m.sender, r.id, r.name, m.seq,
                 to_timestamp(ts_ms / 1000), now()
          FROM rooms r JOIN log m ON m.room = r.id AND m.seq = a_target[ord]
          WHERE r.id = a_room[ord];
      END IF;
      RETURN NEXT;
    END LOOP;
  END $$`;
