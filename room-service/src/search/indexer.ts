// Follows the logs of all rooms and keeps the copy that search looks through: what is new, edited or deleted in one is in the other within
// seconds, and nobody who sends waits for it. A room's place and its rows are written together, so a crash loses and doubles nothing.
import { fold } from '@natter/contracts/fold';
import type { Logger } from '@natter/service-kit/logger';
import type { DataSource, EntityManager } from 'typeorm';
import { AwayLog } from '../away-log.js';
import { textArray, uuidArray } from '../log/binary-array.js';
import { gramsOf } from './grams.js';

const everyMs = 1_000;
/** Rooms and events of one round: about 20 ms of work, so that appends beside it do not wait. */
const roomsPerRound = 100;
const eventsPerRound = 1_000;
const eventsPerRoom = 200;
/** Rows of a deleted room removed at once. */
const removedPerRound = 5_000;
/** Replicas take turns, a round each. */
const indexerLock = 4_201_301;

interface Behind {
  room: string;
  from: number;
  isAnother: boolean;
}

interface LogRow {
  room: string;
  seq: number;
  type: string;
  ts: Date;
  sender: string;
  payload: string;
}

export class SearchIndexer {
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> | undefined;
  private stopped = false;
  private readonly away: AwayLog;

  constructor(
    private readonly dataSource: DataSource,
    logger: Logger,
  ) {
    this.away = new AwayLog(logger, 'search falls behind');
    this.timer = setInterval(() => void (this.running ?? this.run()), everyMs);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  /** Works until the copy has what the logs have at this moment, unless another replica does; when the database is away, the next time goes on. */
  async run(): Promise<void> {
    while (this.running !== undefined) await this.running;
    this.running = this.work().finally(() => (this.running = undefined));
    await this.running;
  }

  private async work(): Promise<void> {
    try {
      while (!this.stopped && (await this.dataSource.transaction((manager) => this.round(manager))));
      this.away.worked();
    } catch (error) {
      this.away.failed(error);
    }
  }

  /** @returns true when there may be more to do */
  private async round(manager: EntityManager): Promise<boolean> {
    const [lock]: { held: boolean }[] = await manager.query(`SELECT pg_try_advisory_xact_lock($1) AS held`, [
      indexerLock,
    ]);
    if (lock?.held !== true) return false;
    if (await removeDeletedRoom(manager)) return true;
    // A room that is behind its own place was deleted, and made anew under its id.
    const behind: Behind[] = await manager.query(
      `SELECT r.id AS room, CASE WHEN p.seq < r.last_seq THEN p.seq ELSE 0 END AS "from", coalesce(p.seq > r.last_seq, false) AS "isAnother"
       FROM rooms r LEFT JOIN search_positions p ON p.room = r.id
       WHERE coalesce(p.seq, 0) <> r.last_seq LIMIT $1`,
      [roomsPerRound],
    );
    if (behind.length === 0) return false;
    const another = behind.filter(({ isAnother }) => isAnother).map(({ room }) => room);
    if (another.length > 0) await manager.query(`DELETE FROM message_search WHERE room = ANY ($1)`, [another]);
    const events: LogRow[] = await manager.query(
      `SELECT l.* FROM unnest($1::uuid[], $2::bigint[]) AS b (room, seq),
         LATERAL (SELECT room, seq, type, ts, sender, payload FROM log
                  WHERE room = b.room AND seq > b.seq ORDER BY seq LIMIT $3) l
       LIMIT $4`,
      [behind.map(({ room }) => room), behind.map(({ from }) => from ?? 0), eventsPerRoom, eventsPerRound],
    );
    if (events.length > 0) await this.take(manager, events);
    return events.length > 0;
  }

  private async take(manager: EntityManager, events: LogRow[]): Promise<void> {
    const messages = events.filter(({ type }) => type === 'message');
    const changed = await readTargets(
      manager,
      events.filter(({ type }) => type === 'edited' || type === 'deleted'),
    );
    const newest = new Map([...messages, ...changed].map((row) => [`${row.room} ${row.seq}`, row]));
    const kept: { row: LogRow; folded: string }[] = [];
    const gone: LogRow[] = [];
    for (const row of newest.values()) {
      const { body = '' } = JSON.parse(row.payload) as { body?: string };
      if (body === '') gone.push(row);
      else kept.push({ row, folded: fold(body) });
    }
    await manager.query(
      `INSERT INTO message_search (room, seq, ts, sender, folded, grams)
       SELECT room, seq, ts, sender, folded, grams::int[]
       FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[], $4::uuid[], $5::text[], $6::text[])
         AS n (room, seq, ts, sender, folded, grams)
       ON CONFLICT (room, seq) DO UPDATE SET folded = excluded.folded, grams = excluded.grams`,
      [
        uuidArray(kept.map(({ row }) => row.room)),
        kept.map(({ row }) => row.seq),
        kept.map(({ row }) => row.ts),
        uuidArray(kept.map(({ row }) => row.sender)),
        textArray(kept.map(({ folded }) => folded)),
        textArray(kept.map(({ folded }) => `{${gramsOf(folded).join()}}`)),
      ],
    );
    if (gone.length > 0)
      await manager.query(
        `DELETE FROM message_search s USING unnest($1::uuid[], $2::bigint[]) AS g (room, seq)
         WHERE s.room = g.room AND s.seq = g.seq`,
        [gone.map(({ room }) => room), gone.map(({ seq }) => seq)],
      );
    const positions = new Map<string, number>();
    for (const { room, seq } of events) positions.set(room, Math.max(seq, positions.get(room) ?? 0));
    await manager.query(
      `INSERT INTO search_positions (room, seq) SELECT * FROM unnest($1::uuid[], $2::bigint[])
       ON CONFLICT (room) DO UPDATE SET seq = excluded.seq`,
      [[...positions.keys()], [...positions.values()]],
    );
  }
}

/** The messages that events are about, as they are now. */
async function readTargets(manager: EntityManager, events: readonly LogRow[]): Promise<LogRow[]> {
  if (events.length === 0) return [];
  const targets = events.map(({ payload }) => (JSON.parse(payload) as { target: number }).target);
  return manager.query(
    `SELECT l.room, l.seq, l.type, l.ts, l.sender, l.payload
     FROM unnest($1::uuid[], $2::bigint[]) AS t (room, seq) JOIN log l ON l.room = t.room AND l.seq = t.seq
     WHERE l.type = 'message'`,
    [events.map(({ room }) => room), targets],
  );
}

/** @returns false when no deleted room is left */
async function removeDeletedRoom(manager: EntityManager): Promise<boolean> {
  const [gone]: { room: string }[] = await manager.query(
    `SELECT p.room FROM search_positions p WHERE NOT EXISTS (SELECT 1 FROM rooms WHERE id = p.room) LIMIT 1`,
  );
  if (gone === undefined) return false;
  const removed: unknown[] = await manager.query(
    `WITH gone AS (
       DELETE FROM message_search WHERE room = $1
         AND seq IN (SELECT seq FROM message_search WHERE room = $1 ORDER BY seq LIMIT $2) RETURNING 1
     ) SELECT 1 FROM gone`,
    [gone.room, removedPerRound],
  );
  if (removed.length < removedPerRound)
    await manager.query(`DELETE FROM search_positions WHERE room = $1`, [gone.room]);
  return true;
}
