import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The third way into the log, for messages that carry files; and a deleted message takes its files along. */
export class CarriedFiles1763800000200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(carry);
    await runner.query(`ALTER FUNCTION natter_delete RENAME TO natter_delete_text`);
    await runner.query(remove);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION natter_delete, natter_carry`);
    await runner.query(`ALTER FUNCTION natter_delete_text RENAME TO natter_delete`);
  }
}

/**
 * Sends that carry files, one after another, each stored by `natter_change`. `a_files`: ids as an array's text. A file is carried once, by
 * its uploader, in the room it was sent to; the row locks keep it from being removed meanwhile. Outcomes as `natter_change`, and
 * 10: one of the files is none that this message may carry. A repeat is found before its files are looked at: they are carried already.
 */
const carry = `
  CREATE FUNCTION natter_carry(
    a_room uuid[], a_sender uuid[], a_username text[], a_id text[], a_thread bigint[], a_reply_to bigint[], a_text text[],
    a_names json[], a_files text[]
  ) RETURNS TABLE (ord bigint, outcome integer, seq bigint, ts_ms double precision, in_room uuid, stored text, about text)
  LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    i record;
    v_row record;
    v_files uuid[];
    v_ready boolean;
    v_shown json;
  BEGIN
    PERFORM 1 FROM rooms WHERE id = ANY (a_room) ORDER BY id FOR NO KEY UPDATE;
    FOR i IN
      SELECT * FROM unnest(a_room, a_sender, a_username, a_id, a_thread, a_reply_to, a_text, a_names, a_files)
        WITH ORDINALITY AS i (room, sender, username, id, thread, reply_to, text, names, files, ord)
      ORDER BY ord
    LOOP
      v_files := i.files::uuid[];
      PERFORM 1 FROM files WHERE id = ANY (v_files) ORDER BY id FOR UPDATE;
      SELECT count(DISTINCT f.id) = cardinality(v_files),
             json_agg(json_build_object('id', f.id, 'name', f.name, 'size', f.size, 'type', f.type) ORDER BY place)
        INTO v_ready, v_shown
        FROM unnest(v_files) WITH ORDINALITY AS named (id, place) JOIN files f ON f.id = named.id
        WHERE f.room = i.room AND f.uploader = i.sender AND f.seq IS NULL;
      IF NOT v_ready AND EXISTS (SELECT 1 FROM members WHERE room = i.room AND usr = i.sender)
         AND NOT EXISTS (SELECT 1 FROM log WHERE sender = i.sender AND id = i.id) THEN
        ord := i.ord;
        outcome := 10;
        RETURN NEXT;
        CONTINUE;
      END IF;
      FOR v_row IN
        SELECT * FROM natter_change(
          ARRAY['message'], ARRAY[i.room], ARRAY[i.sender], ARRAY[i.username], ARRAY[i.id], ARRAY[i.thread], ARRAY[i.reply_to],
          ARRAY[CASE WHEN v_ready THEN natter_altered(i.text, json_build_object('files', v_shown)) ELSE i.text END],
          ARRAY[i.names], ARRAY[NULL::boolean], 0, 0)
      LOOP
        IF v_row.outcome = 0 THEN UPDATE files SET seq = v_row.seq WHERE id = ANY (v_files); END IF;
        RETURN QUERY SELECT i.ord, v_row.outcome, v_row.seq, v_row.ts_ms, v_row.in_room, v_row.stored, v_row.about;
      END LOOP;
    END LOOP;
  END $$`;

/** As before, and its files go: from now on nobody finds them, and their bytes are to be removed. */
const remove = `
  CREATE FUNCTION natter_delete(a_room uuid, a_target bigint) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM natter_delete_text(a_room, a_target);
    WITH gone AS (DELETE FROM files WHERE room = a_room AND seq = a_target RETURNING blob)
      INSERT INTO stray_blobs (blob, due) SELECT blob, clock_timestamp() FROM gone;
  END $$`;
