import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The head of a log gets a row of its own, and that row is the lock which gives the log its order. It stood in `rooms`: each message
 * wrote that wide row anew, whose constraints and references were looked at each time. Half a page stays free, so that a head's next
 * version finds room beside it (HOT). No head is without a room; a room without one takes no messages.
 */
export class Heads1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Whoever appends meanwhile would leave a head behind its log.
    await runner.query(`LOCK TABLE rooms IN ACCESS EXCLUSIVE MODE`);
    await runner.query(`
      CREATE TABLE heads (
        room uuid PRIMARY KEY REFERENCES rooms ON DELETE CASCADE,
        last_seq bigint NOT NULL,
        last_ts timestamptz(3) NOT NULL
      ) WITH (fillfactor = 50)`);
    await runner.query(`INSERT INTO heads (room, last_seq, last_ts) SELECT id, last_seq, last_ts FROM rooms`);
    for (const [name, changes] of movedFunctions) await rewrite(runner, name, changes);
    await runner.query(`ALTER TABLE rooms DROP last_seq, DROP last_ts`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`LOCK TABLE heads, rooms IN ACCESS EXCLUSIVE MODE`);
    await runner.query(`ALTER TABLE rooms ADD last_seq bigint NOT NULL DEFAULT 0, ADD last_ts timestamptz(3)`);
    await runner.query(`UPDATE rooms SET last_seq = h.last_seq, last_ts = h.last_ts FROM heads h WHERE h.room = id`);
    await runner.query(`ALTER TABLE rooms ALTER last_ts SET NOT NULL`);
    for (const [name, changes] of movedFunctions)
      await rewrite(
        runner,
        name,
        changes.map(([before, now]) => [now, before]),
      );
    await runner.query(`DROP TABLE heads`);
  }
}

type Change = readonly [before: string, now: string];

const lock: Change = [
  'PERFORM 1 FROM rooms WHERE id = ANY (a_room) ORDER BY id FOR NO KEY UPDATE',
  'PERFORM 1 FROM heads WHERE room = ANY (a_room) ORDER BY room FOR NO KEY UPDATE',
];

/** What functions say of heads, and say now. */
const movedFunctions: readonly (readonly [name: string, changes: readonly Change[]])[] = [
  [
    'natter_append',
    [
      lock,
      ['JOIN rooms x ON x.id = r.room', 'JOIN heads x ON x.room = r.room'],
      [
        `WHEN mb.room IS NULL AND x.visibility = 'public' THEN 2`,
        `WHEN mb.room IS NULL AND (SELECT visibility FROM rooms WHERE id = r.room) = 'public' THEN 2`,
      ],
      ['UPDATE rooms SET last_seq = g.seq', 'UPDATE heads SET last_seq = g.seq'],
      ['WHERE rooms.id = g.room', 'WHERE heads.room = g.room'],
    ],
  ],
  [
    'natter_change_log',
    [
      lock,
      [
        'UPDATE rooms SET last_seq = v_head, last_ts = v_ts WHERE id = v_room',
        'UPDATE heads SET last_seq = v_head, last_ts = v_ts WHERE room = v_room',
      ],
      [
        'SELECT id, last_seq, greatest(last_ts, v_now) INTO v_room, v_head, v_ts FROM rooms WHERE id = i.room',
        'SELECT room, last_seq, greatest(last_ts, v_now) INTO v_room, v_head, v_ts FROM heads WHERE room = i.room',
      ],
    ],
  ],
  ['natter_carry_files', [lock]],
  ['natter_carry', [lock]],
  [
    'natter_advance',
    [
      ['m.usr, x.members,', 'm.usr, o.members,'],
      ['JOIN rooms x ON x.id = m.room', 'JOIN rooms o ON o.id = m.room JOIN heads x ON x.room = m.room'],
    ],
  ],
];

async function rewrite(runner: QueryRunner, name: string, changes: readonly Change[]): Promise<void> {
  const [{ text }]: [{ text: string }] = await runner.query(
    `SELECT pg_get_functiondef(oid) AS text FROM pg_proc WHERE proname = $1 AND pronamespace = current_schema()::regnamespace`,
    [name],
  );
  let changed = text;
  for (const [before, now] of changes) {
    if (!changed.includes(before)) throw new Error(`${name} does not say: ${before}`);
    changed = changed.replaceAll(before, now);
  }
  await runner.query(changed);
}
