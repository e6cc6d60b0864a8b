import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A file is carried by who may send files when it is carried, not only when it came. */
export class CarriedByRight1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE users ADD permissions text[]`);
    await runner.query(`ALTER FUNCTION natter_carry RENAME TO natter_carry_files`);
    await runner.query(carry);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION natter_carry`);
    await runner.query(`ALTER FUNCTION natter_carry_files RENAME TO natter_carry`);
    await runner.query(`ALTER TABLE users DROP permissions`);
  }
}

/**
 * As before, with outcome 11 for a member who lacks the grant `send_files`, as far as this copy of their account knows; one that
 * says nothing of grants refuses nobody, for the upload was let in by them. A repeat of what is stored is answered all the same.
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
  BEGIN
    PERFORM 1 FROM rooms WHERE id = ANY (a_room) ORDER BY id FOR NO KEY UPDATE;
    FOR i IN
      SELECT * FROM unnest(a_room, a_sender, a_username, a_id, a_thread, a_reply_to, a_text, a_names, a_files)
        WITH ORDINALITY AS i (room, sender, username, id, thread, reply_to, text, names, files, ord)
      ORDER BY ord
    LOOP
      IF EXISTS (SELECT 1 FROM users WHERE id = i.sender AND NOT 'send_files' = ANY (permissions))
         AND EXISTS (SELECT 1 FROM members WHERE room = i.room AND usr = i.sender)
         AND NOT EXISTS (SELECT 1 FROM log WHERE sender = i.sender AND id = i.id) THEN
        ord := i.ord;
        outcome := 11;
        RETURN NEXT;
        CONTINUE;
      END IF;
      RETURN QUERY SELECT i.ord, c.outcome, c.seq, c.ts_ms, c.in_room, c.stored, c.about
        FROM natter_carry_files(
          ARRAY[i.room], ARRAY[i.sender], ARRAY[i.username], ARRAY[i.id], ARRAY[i.thread], ARRAY[i.reply_to], ARRAY[i.text],
          ARRAY[i.names], ARRAY[i.files]) AS c;
    END LOOP;
  END $$`;
