import type { MigrationInterface, QueryRunner } from 'typeorm';
import { Append1763700000004 } from './1763700000004-append.js';

/**
 * Two ways into the log. `natter_append` takes plain sends by hundreds; `natter_change` takes, one after another, what needs a look at
 * other messages or leaves something beside the log: answers, mentions, edits, deletions, reactions. Both first lock the rooms, then
 * look, so that all four kinds have one order in a room.
 */
export class Changes1763800000101 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION natter_append`);
    for (const part of [known, append, sender, altered, mentioned, mention, send, edit, remove, react, change])
      await runner.query(part);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION natter_change, natter_react, natter_delete, natter_edit, natter_send, natter_mention, natter_mentioned,
        natter_altered, natter_by, natter_append, natter_known`);
    await new Append1763700000004().up(runner);
  }
}

/** What is stored under an id, for whoever has to tell a repeat from a conflict. */
const known = `
  CREATE FUNCTION natter_known(a_type text, a_payload text, a_proof bytea, a_deleted boolean)
  RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT json_build_object('type', a_type, 'payload', a_payload, 'proof', encode(a_proof, 'hex'), 'deleted', a_deleted)::text
  $$`;

/**
 * As before, without `thread` and `reply_to`. Outcomes: 0 stored, 1 the sender used this id before (`in_room` and `stored`, as
 * `natter_known` has it, say for what), 2 not a member of a public room, 3 not a member of a private one.
 * It looks with one CTE and never joins it with another: the planner has no estimates for that.
 */
export const append = `
  CREATE FUNCTION natter_append(a_room uuid[], a_sender uuid[], a_id text[], a_payload text[])
  RETURNS TABLE (ord bigint, outcome integer, seq bigint, ts_ms double precision, in_room uuid, stored text)
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
               m.room AS in_room, m.seq AS dup_seq, m.ts AS dup_ts,
               CASE WHEN m.seq IS NOT NULL THEN natter_known(m.type, m.payload, m.proof, m.deleted) END AS stored,
               CASE WHEN m.seq IS NOT NULL THEN 1
                    WHEN mb.room IS NULL AND x.visibility = 'public' THEN 2
                    WHEN mb.room IS NULL THEN 3
                    ELSE 0 END AS outcome
        FROM unnest(a_room, a_sender, a_id, a_payload) WITH ORDINALITY AS r (room, sender, id, payload, ord)
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
  END $$`;

/** A user as an event shows who did it; where the copy is late, as the gateway knows them. */
const sender = `
  CREATE FUNCTION natter_by(a_user uuid, a_username text) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT coalesce(
      (SELECT json_build_object('id', id, 'username', username, 'display_name', display_name, 'avatar', avatar)
       FROM users WHERE id = a_user),
      json_build_object('id', a_user, 'username', a_username, 'display_name', a_username, 'avatar', NULL))
  $$`;

/** A payload with other values for some of its keys, and without some. All else stays as it was written: numbers, order, spaces. */
const altered = `
  CREATE FUNCTION natter_altered(a_payload text, a_values json, a_without text[] DEFAULT '{}')
  RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT json_object_agg(key, coalesce(a_values -> key, value))::text
    FROM json_each(a_payload::json) WHERE key <> ALL (a_without)
  $$`;

/** Members of the room whom names mean: for each place in the text its longest name that somebody has. */
const mentioned = `
  CREATE FUNCTION natter_mentioned(a_room uuid, a_names json) RETURNS json LANGUAGE sql STABLE AS $$
    SELECT coalesce(json_agg(usr ORDER BY ord), '[]') FROM (
      SELECT usr, min(ord) AS ord FROM (
        SELECT DISTINCT ON (place.ord) place.ord, m.usr
        FROM json_array_elements(a_names) WITH ORDINALITY AS place (names, ord)
        CROSS JOIN LATERAL json_array_elements_text(place.names) WITH ORDINALITY AS name (name, rank)
        JOIN users u ON lower(u.username) = name.name
        JOIN members m ON m.room = a_room AND m.usr = u.id
        ORDER BY place.ord, name.rank, u.version DESC
      ) found GROUP BY usr
    ) each_once
  $$`;

/** Whom a message mentions from now on; its sender is never told of themselves. */
const mention = `
  CREATE FUNCTION natter_mention(a_room uuid, a_seq bigint, a_sender uuid, a_before json, a_now json)
  RETURNS void LANGUAGE sql AS $$
    DELETE FROM mentions m USING json_array_elements_text(a_before) AS before (usr)
      WHERE m.room = a_room AND m.usr = before.usr::uuid AND m.seq = a_seq;
    INSERT INTO mentions (room, usr, seq)
      SELECT a_room, usr::uuid, a_seq FROM json_array_elements_text(a_now) AS now (usr) WHERE usr::uuid <> a_sender;
  $$`;

/** A send with more than text. Answers with its payload. */
const send = `
  CREATE FUNCTION natter_send(a_room uuid, a_seq bigint, a_sender uuid, a_thread bigint, a_payload text, a_names json)
  RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    v_mentioned json;
  BEGIN
    IF a_thread IS NOT NULL THEN
      INSERT INTO threads AS t (room, root, replies, last_seq) VALUES (a_room, a_thread, 1, a_seq)
        ON CONFLICT (room, root) DO UPDATE SET replies = t.replies + 1, last_seq = a_seq;
      UPDATE log SET marked = true WHERE room = a_room AND seq = a_thread AND NOT marked;
    END IF;
    IF a_names IS NULL THEN RETURN a_payload; END IF;
    v_mentioned := natter_mentioned(a_room, a_names);
    PERFORM natter_mention(a_room, a_seq, a_sender, '[]', v_mentioned);
    RETURN natter_altered(a_payload, json_build_object('mentions', v_mentioned));
  END $$`;

/** Gives a message its newest text, and answers with its payload. The first text leaves its proof; an edit's is with its event. */
const edit = `
  CREATE FUNCTION natter_edit(a_room uuid, a_target bigint, a_ts timestamptz, a_body text, a_names json)
  RETURNS text LANGUAGE plpgsql AS $$
  DECLARE
    v_old record;
    v_mentioned json := natter_mentioned(a_room, coalesce(a_names, '[]'));
    v_payload text;
  BEGIN
    SELECT sender, payload::json AS payload INTO v_old FROM log WHERE room = a_room AND seq = a_target;
    PERFORM natter_mention(a_room, a_target, v_old.sender, v_old.payload -> 'mentions', v_mentioned);
    v_payload := natter_altered(v_old.payload::text, json_build_object(
      'body', a_body, 'mentions', v_mentioned,
      'edited_at', to_char(a_ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')));
    UPDATE log SET payload = v_payload, proof = coalesce(proof, sha256(convert_to(v_old.payload ->> 'body', 'UTF8')))
      WHERE room = a_room AND seq = a_target;
    RETURN v_payload;
  END $$`;

/** Leaves of a message only that there was one: no text, and nothing by which a text could be guessed. */
const remove = `
  CREATE FUNCTION natter_delete(a_room uuid, a_target bigint) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM natter_mention(a_room, a_target, sender, payload::json -> 'mentions', '[]')
      FROM log WHERE room = a_room AND seq = a_target;
    UPDATE log SET deleted = true, proof = NULL,
      payload = natter_altered(payload, '{"deleted":true,"mentions":[]}', '{body,files,meta}')
      WHERE room = a_room AND seq = a_target;
    UPDATE log SET proof = NULL WHERE room = a_room AND target = a_target AND type = 'edited';
    DELETE FROM reactions WHERE room = a_room AND target = a_target;
  END $$`;

/**
 * Puts a reaction on a message, or takes it away. Those taken away are remembered, so that a repeat finds what stands, until a
 * message has too many of them. Answers false when the message can hold no more.
 */
const react = `
  CREATE FUNCTION natter_react(a_room uuid, a_target bigint, a_emoji text, a_user uuid, a_given boolean, a_seq bigint,
                               a_ts timestamptz, a_most_emoji integer, a_most integer)
  RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    v_all bigint;
    v_given bigint;
    v_others bigint;
  BEGIN
    IF a_given THEN
      SELECT count(*), count(*) FILTER (WHERE given), count(DISTINCT emoji) FILTER (WHERE given AND emoji <> a_emoji)
        INTO v_all, v_given, v_others FROM reactions WHERE room = a_room AND target = a_target;
      IF v_given >= a_most OR v_others >= a_most_emoji THEN RETURN false; END IF;
      IF v_all >= 2 * a_most THEN DELETE FROM reactions WHERE room = a_room AND target = a_target AND NOT given; END IF;
    END IF;
    INSERT INTO reactions (room, target, emoji, usr, given, seq, ts)
      VALUES (a_room, a_target, a_emoji, a_user, a_given, a_seq, a_ts)
      ON CONFLICT (room, target, emoji, usr) DO UPDATE SET given = a_given, seq = a_seq, ts = a_ts;
    UPDATE log SET marked = true WHERE room = a_room AND seq = a_target AND NOT marked;
    RETURN true;
  END $$`;

/**
 * Items one after another, room by room. \`a_target\`: thread of a send, else the message that is changed; \`a_text\`: payload of a
 * send, new text of an edit, emoji of a reaction; \`a_names\`: who may be mentioned, as JSON, or NULL; \`a_given\`: a reaction is added.
 *
 * Outcomes 0–3 as \`natter_append\`; 4 the target or thread is no message one may see, or no root; 5 \`reply_to\` is none; 6 the target is
 * deleted; 7 not allowed; 8 nothing changed, and \`seq\` is what stands; 9 the message can hold no more reactions. Of what is stored,
 * \`stored\` is the payload and \`about\`, of an edit, that of the message. No row where there is no such room.
 */
const change = `
  CREATE FUNCTION natter_change(
    a_type text[], a_room uuid[], a_sender uuid[], a_username text[], a_id text[], a_target bigint[], a_reply_to bigint[],
    a_text text[], a_names json[], a_given boolean[], a_most_emoji integer, a_most_reactions integer
  ) RETURNS TABLE (ord bigint, outcome integer, seq bigint, ts_ms double precision, in_room uuid, stored text, about text)
  LANGUAGE plpgsql AS $$
  #variable_conflict use_column
  DECLARE
    v_now timestamptz;
    i record;
    v_room uuid;
    v_head bigint;
    v_ts timestamptz;
    v_sender record;
    v_old record;
    v_standing record;
  BEGIN
    PERFORM 1 FROM rooms WHERE id = ANY (a_room) ORDER BY id FOR NO KEY UPDATE;
    v_now := date_trunc('milliseconds', clock_timestamp());
    FOR i IN
      SELECT * FROM unnest(a_type, a_room, a_sender, a_username, a_id, a_target, a_reply_to, a_text, a_names, a_given)
        WITH ORDINALITY AS i (type, room, sender, username, id, target, reply_to, text, names, given, ord)
      ORDER BY room, ord
    LOOP
      IF v_room IS DISTINCT FROM i.room THEN
        UPDATE rooms SET last_seq = v_head, last_ts = v_ts WHERE id = v_room AND last_seq < v_head;
        SELECT id, last_seq, greatest(last_ts, v_now) INTO v_room, v_head, v_ts FROM rooms WHERE id = i.room;
      END IF;
      CONTINUE WHEN v_room IS NULL;

      ord := i.ord;
      about := NULL;
      SELECT room, seq, date_part('epoch', ts) * 1000, natter_known(type, payload, proof, deleted)
        INTO in_room, seq, ts_ms, stored FROM log WHERE sender = i.sender AND id = i.id;
      IF FOUND THEN
        outcome := 1;
        RETURN NEXT;
        CONTINUE;
      END IF;

      SELECT visibility, usr IS NOT NULL AS is_member, role,
             CASE WHEN history = 'since_join' THEN joined_seq ELSE 1 END AS first_seq
        INTO v_sender FROM rooms LEFT JOIN members ON room = id AND usr = i.sender WHERE id = i.room;
      SELECT seq, ts, sender, deleted, target IS NULL AS is_root INTO v_old FROM log
        WHERE room = i.room AND seq = i.target AND seq >= v_sender.first_seq AND type = 'message';
      outcome := CASE
        WHEN NOT v_sender.is_member THEN CASE v_sender.visibility WHEN 'public' THEN 2 ELSE 3 END
        WHEN i.target IS NOT NULL AND v_old.seq IS NULL THEN 4
        WHEN i.type = 'message' AND NOT v_old.is_root THEN 4
        WHEN i.reply_to IS NOT NULL AND NOT EXISTS (
          SELECT 1 FROM log
          WHERE room = i.room AND seq = i.reply_to AND seq >= v_sender.first_seq AND type = 'message') THEN 5
        WHEN i.type = 'message' THEN 0
        WHEN v_old.deleted THEN 6
        WHEN i.type = 'edited' AND v_old.sender <> i.sender THEN 7
        WHEN i.type = 'deleted' AND v_old.sender <> i.sender AND v_sender.role = 'member' THEN 7
        ELSE 0 END;

      IF outcome = 0 AND i.type = 'reaction' THEN
        SELECT given, seq, ts INTO v_standing FROM reactions
          WHERE room = i.room AND target = i.target AND emoji = i.text AND usr = i.sender;
        IF coalesce(v_standing.given, false) = i.given THEN
          outcome := 8;
          seq := coalesce(v_standing.seq, v_old.seq);
          ts_ms := date_part('epoch', coalesce(v_standing.ts, v_old.ts)) * 1000;
        ELSIF NOT natter_react(i.room, i.target, i.text, i.sender, i.given, v_head + 1, v_ts, a_most_emoji, a_most_reactions) THEN
          outcome := 9;
        END IF;
      END IF;

      IF outcome = 0 THEN
        v_head := v_head + 1;
        seq := v_head;
        ts_ms := date_part('epoch', v_ts) * 1000;
        IF i.type = 'message' THEN
          stored := natter_send(i.room, seq, i.sender, i.target, i.text, i.names);
        ELSIF i.type = 'reaction' THEN
          stored := json_build_object('target', i.target, 'emoji', i.text, 'op', CASE WHEN i.given THEN 'add' ELSE 'remove' END,
                                      'by', natter_by(i.sender, i.username));
        ELSE
          stored := json_build_object('target', i.target, 'by', natter_by(i.sender, i.username));
          IF i.type = 'edited' THEN
            about := natter_edit(i.room, i.target, v_ts, i.text, i.names);
          ELSE
            PERFORM natter_delete(i.room, i.target);
          END IF;
        END IF;
        INSERT INTO log (room, seq, type, ts, sender, id, payload, target, proof)
          VALUES (i.room, v_head, i.type, v_ts, i.sender, i.id, stored, i.target,
                  CASE WHEN i.type = 'edited' THEN sha256(convert_to(i.text, 'UTF8')) END);
      END IF;
      RETURN NEXT;
    END LOOP;
    UPDATE rooms SET last_seq = v_head, last_ts = v_ts WHERE id = v_room AND last_seq < v_head;
  END $$`;
