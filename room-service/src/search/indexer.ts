// Follows the logs of all rooms and keeps the copy that search looks through: what is new, edited or deleted in one is in the other within
// seconds, and nobody who sends waits for it. A room's place and its rows are written together, so a crash loses and doubles nothing.
import { fold } from '@natter/contracts/fold';
import { isDatabaseAway, isTimeout } from '@natter/service-kit/database-errors';
import type { Logger } from '@natter/service-kit/logger';
import type { DataSource, EntityManager } from 'typeorm';
import { AwayLog } from '../away-log.js';
import { insertBlocks, placeOf, rewrite } from './block.repository.js';
import { blocksOf, partsOf, type SearchedMessage } from './blocks.js';

const everyMs = 1_000;
/** Rooms of one pass. To find them costs a look at all rooms, so each pass takes many. */
const roomsPerPass = 5_000;
/** Of one round, and of one room in it. */
const eventsPerRound = 2_000;
/** Taken up in one go: some milliseconds of work, so that appends beside it do not wait. Some characters become many when they are folded. */
const eventsPerPart = 250;
const charsPerPart = 200_000;
/** Blocks of a deleted room removed at once. */
const removedPerRound = 1_000;
/** Rooms that fail before a run is given up until the next one: it is not them, then. */
const mostFailures = 3;
/** Replicas take turns, a round each. */
const indexerLock = 4_201_301;

interface Behind {
  room: string;
  /** Not yet in the copy. */
  events: number;
  isGone: boolean;
}

type Round = 'done' | 'more' | 'not our turn';

interface LogRow {
  room: string;
  seq: number;
  type: string;
  /** When it was said, in seconds since 1970. */
  at: number;
  sender: string;
  payload: string;
}

export class SearchIndexer {
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> | undefined;
  private stopped = false;
  /** Of rooms that cannot be taken up, since this run began. */
  private failures: unknown[] = [];
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
      this.failures = [];
      while (!this.stopped && (await this.pass()));
      if (this.failures.length > 0) throw this.failures[0];
      this.away.worked();
    } catch (error) {
      this.away.failed(error);
    }
  }

  /** Goes once to each room that the copy is behind. @returns true when there is more to do; what has come meanwhile is for the next time */
  private async pass(): Promise<boolean> {
    const behind: Behind[] = await this.dataSource.query(findBehind, [roomsPerPass]);
    let isMore = behind.length === roomsPerPass;
    const rounds = [
      ...behind.filter(({ isGone }) => isGone).map((one) => [one]),
      ...partsOf(
        behind.filter(({ isGone }) => !isGone),
        ({ events }) => events,
        eventsPerRound,
      ),
    ];
    for (const rooms of rounds) {
      if (this.stopped) return false;
      const result = await this.round(rooms);
      if (result === 'not our turn') return false;
      isMore ||= result === 'more';
    }
    return isMore;
  }

  /** Where a round of several rooms fails, each has one of its own: one room does not hold up the others. */
  private async round(rooms: readonly Behind[]): Promise<Round> {
    const work = rooms[0]?.isGone === true ? removeOfDeletedRoom : takeUp;
    try {
      return await this.dataSource.transaction(async (manager) =>
        (await takeTurn(manager))
          ? work(
              manager,
              rooms.map(({ room }) => room),
            )
          : 'not our turn',
      );
    } catch (error) {
      if (isDatabaseAway(error) && !isTimeout(error)) throw error;
      if (rooms.length === 1) {
        if (this.failures.push(error) > mostFailures) throw error;
        return 'done';
      }
    }
    const results: Round[] = [];
    for (const room of rooms) results.push(await this.round([room]));
    return results.find((result) => result !== 'done') ?? 'done';
  }
}

/** Rooms whose log is not where the copy is: one that is behind it was made anew under its id. */
const findBehind = `
  SELECT coalesce(h.room, p.room) AS room, h.room IS NULL AS "isGone",
         CASE WHEN p.seq < h.last_seq THEN h.last_seq - p.seq ELSE h.last_seq END AS events
  FROM heads h FULL JOIN search_positions p ON p.room = h.room
  WHERE h.last_seq IS DISTINCT FROM coalesce(p.seq, 0) LIMIT $1`;

async function takeUp(manager: EntityManager, rooms: readonly string[]): Promise<Round> {
  const behind: { room: string; from: number; isAnother: boolean }[] = await manager.query(
    `SELECT h.room, CASE WHEN p.seq < h.last_seq THEN p.seq ELSE 0 END AS "from", coalesce(p.seq > h.last_seq, false) AS "isAnother"
     FROM heads h LEFT JOIN search_positions p ON p.room = h.room
     WHERE h.room = ANY ($1) AND coalesce(p.seq, 0) <> h.last_seq`,
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
  if (events.length === 0) return 'done';
  for (const part of partsOf(events, weightOf, charsPerPart)) await take(manager, part);
  await keepPositions(manager, events);
  return events.length === eventsPerRound ? 'more' : 'done';
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

/**
 * Only one replica works at a time. What it writes can be made again, with the place that says how far it came, so its commits need not
 * wait for the disk beside the appends'.
 * @returns false when another replica works
 */
async function takeTurn(manager: EntityManager): Promise<boolean> {
  const [turn]: { held: boolean }[] = await manager.query(
    `SELECT pg_try_advisory_xact_lock($1) AS held, set_config('synchronous_commit', 'off', true)`,
    [indexerLock],
  );
  return turn?.held === true;
}

async function removeOfDeletedRoom(manager: EntityManager, [room]: readonly string[]): Promise<Round> {
  const removed: unknown[] = await manager.query(
    `WITH gone AS (
       DELETE FROM search_blocks WHERE room = $1
         AND seq IN (SELECT seq FROM search_blocks WHERE room = $1 ORDER BY seq LIMIT $2) RETURNING 1
     ) SELECT 1 FROM gone`,
    [room, removedPerRound],
  );
  if (removed.length === removedPerRound) return 'more';
  await manager.query(`DELETE FROM search_positions WHERE room = $1`, [room]);
  return 'done';
}
