// One round of taking up what logs have and the copy has not: all of it in the transaction of the caller, who holds the turn.
import { fold } from '@natter/contracts/fold';
import type { EntityManager } from 'typeorm';
import { insertBlocks, placeOf, rewrite } from './block.repository.js';
import { blocksOf, partsOf, type SearchedMessage } from './blocks.js';

/** Of one round. */
export const eventsPerRound = 2_000;
/** Taken up in one go: some milliseconds of work, so that appends beside it do not wait. Some characters become many when they are folded. */
const eventsPerPart = 250;
const charsPerPart = 200_000;
/** Blocks of a deleted room removed at once. */
const removedPerRound = 1_000;

/** Whether a round left some of what it was to do. */
export type Left = 'nothing' | 'more';

interface LogRow {
  room: string;
  seq: number;
  type: string;
  /** When it was said, in seconds since 1970. */
  at: number;
  sender: string;
  payload: string;
}

/** Takes up what rooms have, one after the other, as much as a round may. Of all rooms but the last that should be all. */
export async function takeUp(manager: EntityManager, rooms: readonly string[]): Promise<Left> {
  const behind: { room: string; from: number; isAnother: boolean }[] = await manager.query(
    `SELECT h.room, CASE WHEN p.seq < h.last_seq THEN p.seq ELSE 0 END AS "from", coalesce(p.seq > h.last_seq, false) AS "isAnother"
     FROM unnest($1::uuid[]) WITH ORDINALITY AS asked (room, place)
     JOIN heads h ON h.room = asked.room LEFT JOIN search_positions p ON p.room = h.room
     WHERE coalesce(p.seq, 0) <> h.last_seq ORDER BY asked.place`,
    [rooms],
  );
  const another = behind.filter(({ isAnother }) => isAnother).map(({ room }) => room);
  if (another.length > 0) await manager.query(`DELETE FROM search_blocks WHERE room = ANY ($1)`, [another]);
  const events: LogRow[] = await manager.query(
    `SELECT l.* FROM unnest($1::uuid[], $2::bigint[]) AS b (room, seq),
       LATERAL (SELECT room, seq, type, date_part('epoch', ts) AS at, sender, payload FROM log
                WHERE room = b.room AND seq > b.seq ORDER BY seq LIMIT $3) l
     LIMIT $3`,
    [behind.map(({ room }) => room), behind.map(({ from }) => from), eventsPerRound],
  );
  if (events.length === 0) return 'nothing';
  for (const part of partsOf(events, weightOf, charsPerPart)) await take(manager, part);
  await keepPositions(manager, events);
  return events.length === eventsPerRound ? 'more' : 'nothing';
}

/** Removes what the copy has of a room that is no more, as much as a round may. */
export async function remove(manager: EntityManager, room: string): Promise<Left> {
  const anew: unknown[] = await manager.query(`SELECT 1 FROM heads WHERE room = $1`, [room]);
  if (anew.length > 0) return 'nothing';
  const removed: unknown[] = await manager.query(
    `WITH gone AS (
       DELETE FROM search_blocks WHERE room = $1
         AND seq IN (SELECT seq FROM search_blocks WHERE room = $1 ORDER BY seq LIMIT $2) RETURNING 1
     ) SELECT 1 FROM gone`,
    [room, removedPerRound],
  );
  if (removed.length === removedPerRound) return 'more';
  await manager.query(`DELETE FROM search_positions WHERE room = $1`, [room]);
  return 'nothing';
}

async function take(manager: EntityManager, events: LogRow[]): Promise<void> {
  const messages = events.filter(({ type }) => type === 'message');
  const changed = await readTargets(
    manager,
    events.filter(({ type }) => type === 'edited' || type === 'deleted'),
  );
  // A message that is new here is written as it is by now, whatever else of these events changed it.
  const fresh = new Map(messages.map((row) => [placeOf(row), row]));
  const known = new Map<string, LogRow>();
  for (const row of changed) (fresh.has(placeOf(row)) ? fresh : known).set(placeOf(row), row);
  await insertBlocks(manager, blocksOf([...fresh.values()].map(searched)));
  for (const part of partsOf(known.values(), weightOf, charsPerPart)) await rewrite(manager, part.map(searched));
}

const weightOf = ({ payload }: LogRow): number => Math.max(payload.length, charsPerPart / eventsPerPart);

/** A message without a text has an empty one: it may get one by an edit, and then its block is there. */
function searched({ room, seq, at, sender, payload }: LogRow): SearchedMessage {
  const { body = '' } = JSON.parse(payload) as { body?: string };
  return { room, seq, at, sender, text: fold(body) };
}

async function keepPositions(manager: EntityManager, events: readonly LogRow[]): Promise<void> {
  const positions = new Map<string, number>();
  for (const { room, seq } of events) positions.set(room, Math.max(seq, positions.get(room) ?? 0));
  await manager.query(
    `INSERT INTO search_positions (room, seq) SELECT * FROM unnest($1::uuid[], $2::bigint[])
     ON CONFLICT (room) DO UPDATE SET seq = excluded.seq`,
    [[...positions.keys()], [...positions.values()]],
  );
}

/** The messages that events are about, as they are now. */
async function readTargets(manager: EntityManager, events: readonly LogRow[]): Promise<LogRow[]> {
  if (events.length === 0) return [];
  const targets = events.map(({ payload }) => (JSON.parse(payload) as { target: number }).target);
  return manager.query(
    `SELECT l.room, l.seq, l.type, date_part('epoch', l.ts) AS at, l.sender, l.payload
     FROM unnest($1::uuid[], $2::bigint[]) AS t (room, seq) JOIN log l ON l.room = t.room AND l.seq = t.seq
     WHERE l.type = 'message'`,
    [events.map(({ room }) => room), targets],
  );
}
