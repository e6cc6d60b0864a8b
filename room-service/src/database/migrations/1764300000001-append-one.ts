import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `natter_append` for a message that comes alone, with the same row. In a quiet room that is every one; there the statement that takes
 * hundreds costs more to set up than all these together.
 */
export class AppendOne1764300000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION natter_append_one(a_room uuid, a_sender uuid, a_id text, a_payload text)
      RETURNS TABLE (ord bigint, outcome integer, seq bigint, ts_ms double precision, in_room uuid, stored text)
      LANGUAGE plpgsql AS $$
      #variable_conflict use_column
      DECLARE
        v_seq bigint;
        v_ts timestamptz;
      BEGIN
        SELECT last_seq + 1, last_ts INTO v_seq, v_ts FROM heads WHERE room = a_room FOR NO KEY UPDATE;
        IF NOT FOUND THEN RETURN; END IF;
        v_ts := greatest(v_ts, date_trunc('milliseconds', clock_timestamp()));
        ord := 1;

        SELECT room, seq, date_part('epoch', ts) * 1000, natter_known(type, payload, proof, deleted)
          INTO in_room, seq, ts_ms, stored FROM log WHERE sender = a_sender AND id = a_id;
        IF FOUND THEN
          outcome := 1;
        ELSIF NOT EXISTS (SELECT 1 FROM members WHERE room = a_room AND usr = a_sender) THEN
          outcome := CASE (SELECT visibility FROM rooms WHERE id = a_room) WHEN 'public' THEN 2 ELSE 3 END;
        ELSE
          INSERT INTO log (room, seq, type, ts, sender, id, payload)
            VALUES (a_room, v_seq, 'message', v_ts, a_sender, a_id, a_payload);
          UPDATE heads SET last_seq = v_seq, last_ts = v_ts WHERE room = a_room;
          outcome := 0;
          seq := v_seq;
          ts_ms := date_part('epoch', v_ts) * 1000;
        END IF;
        RETURN NEXT;
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION natter_append_one`);
  }
}
