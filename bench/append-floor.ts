// What the append is measured against: PostgreSQL alone. The same lock, the same numbers, rows as long with a key and a unique id, and nothing
// that makes them messages: nobody's right is looked at, no repeat is known, nothing but the row is kept.
import { randomUUID } from 'node:crypto';
import { textArray, uuidArray } from '@natter/room-service/dist/log/binary-array.js';
import type { Client, QueryArrayConfig } from 'pg';

const tables = `
  CREATE TABLE floor_heads (room uuid PRIMARY KEY, last_seq bigint NOT NULL, last_ts timestamptz NOT NULL);
  CREATE TABLE floor_log (
    room uuid, seq bigint, sender uuid NOT NULL, id uuid NOT NULL, ts timestamptz NOT NULL, payload text NOT NULL,
    PRIMARY KEY (room, seq), UNIQUE (room, sender, id)
  );
  INSERT INTO floor_heads SELECT room, 0, now() FROM heads;
  CREATE FUNCTION floor_append(a_room uuid[], a_sender uuid[], a_id uuid[], a_payload text[])
  RETURNS TABLE (ord bigint, outcome integer) LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM 1 FROM floor_heads WHERE room = ANY (a_room) ORDER BY room FOR NO KEY UPDATE;
    RETURN QUERY WITH rows AS MATERIALIZED (
      SELECT r.*, h.last_seq + count(*) OVER (PARTITION BY r.room ORDER BY r.ord) AS seq, greatest(h.last_ts, now()) AS ts
      FROM unnest(a_room, a_sender, a_id, a_payload) WITH ORDINALITY AS r (room, sender, id, payload, ord)
      JOIN floor_heads h ON h.room = r.room
    ), stored AS (
      INSERT INTO floor_log SELECT rows.room, seq, sender, id, ts, payload FROM rows
    ), moved AS (
      UPDATE floor_heads h SET last_seq = t.seq, last_ts = t.ts
      FROM (SELECT rows.room, max(seq) AS seq, max(ts) AS ts FROM rows GROUP BY rows.room) t WHERE h.room = t.room
    ) SELECT rows.ord, 0 FROM rows;
  END $$`;

/** Stores a batch. Answers as the append does. */
export const askFloor = (batch: readonly { room: string; sender: string; payload: string }[]): QueryArrayConfig => ({
  name: 'floor',
  text: 'SELECT * FROM floor_append($1, $2, $3, $4)',
  values: [
    uuidArray(batch.map(({ room }) => room)),
    uuidArray(batch.map(({ sender }) => sender)),
    uuidArray(batch.map(() => randomUUID())),
    textArray(batch.map(({ payload }) => payload)),
  ],
  rowMode: 'array',
});

/** Its tables, with a head for each room there is. */
export const makeFloor = async (client: Client): Promise<void> => void (await client.query(tables));
