// Follows the logs of all rooms and keeps the copy that search looks through: what is new, edited or deleted in one is in the other within
// seconds, and nobody who sends waits for it. A room's place and its rows are written together, so a crash loses and doubles nothing.
import { isDatabaseAway, isTimeout } from '@natter/service-kit/database-errors';
import type { Logger } from '@natter/service-kit/logger';
import { retryDelay } from '@natter/service-kit/retry';
import type { DataSource, EntityManager } from 'typeorm';
import { AwayLog } from '../away-log.js';
import { partsOf } from './blocks.js';
import { eventsPerRound, type Left, remove, takeUp } from './taking-up.js';

const everyMs = 1_000;
/** Rooms of one pass, and of a second where they have little. To find them costs a look at all rooms, so each pass takes many. */
const roomsPerPass = 5_000;
/** After so long a pass ends, and looks anew which rooms have something. */
const passMs = 1_000;
/** A room that fails is tried again, ever less often. */
const [firstRetryMs, maxRetryMs] = [1_000, 60_000];
/** Rooms that fail before it is not them: the run is given up until the next time. */
const mostFailing = 100;
/** Replicas take turns, a round each. */
const indexerLock = 4_201_301;

interface Behind {
  room: string;
  /** Not yet in the copy. */
  events: number;
  isGone: boolean;
}

type Result = Left | 'not our turn';

interface Failing {
  tries: number;
  againAtMs: number;
}

export class SearchIndexer {
  private readonly timer: NodeJS.Timeout;
  private running: Promise<void> | undefined;
  private stopped = false;
  private readonly away: AwayLog;
  /** Rooms that cannot be taken up: they have rounds of their own, so that they hold up no other. */
  private readonly failing = new Map<string, Failing>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {
    this.away = new AwayLog(logger, 'search falls behind');
    this.timer = setInterval(() => void (this.running ?? this.run()), everyMs);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }

  /** Works until the copy has what the logs have, unless another replica does; when the database is away, the next time goes on. */
  async run(): Promise<void> {
    while (this.running !== undefined) await this.running;
    this.running = this.work().finally(() => (this.running = undefined));
    await this.running;
  }

  private async work(): Promise<void> {
    try {
      while (!this.stopped && (await this.pass()));
      this.away.worked();
    } catch (error) {
      this.away.failed(error);
    }
  }

  /** Goes once to each room that the copy is behind, first to those with little. @returns true when there is more to do */
  private async pass(): Promise<boolean> {
    const behind = await this.turn((manager): Promise<Behind[]> => manager.query(findBehind, [roomsPerPass]));
    if (behind === 'not our turn') return false;
    this.forgetHealed(behind);
    // Counted from here: however long the look takes, each pass gets something done.
    const endMs = performance.now() + passMs;
    let isMore = false;
    for (const rooms of this.rounds(behind)) {
      if (this.stopped) return false;
      if (performance.now() > endMs) return true;
      const result = await this.round(rooms);
      if (result === 'not our turn') return false;
      isMore ||= result === 'more';
    }
    return isMore;
  }

  /** Rooms share rounds; what is gone has one of its own, and a room that failed when it is its time again, behind all others: it may take long. */
  private rounds(behind: readonly Behind[]): Behind[][] {
    const nowMs = performance.now();
    const isAlone = ({ room, isGone }: Behind): boolean => isGone || this.failing.has(room);
    const isDue = ({ room }: Behind): boolean => (this.failing.get(room)?.againAtMs ?? 0) <= nowMs;
    const alone = behind.filter((one) => isAlone(one) && isDue(one));
    const others = behind.filter((one) => !isAlone(one));
    return [...partsOf(others, ({ events }) => events, eventsPerRound), ...alone.map((one) => [one])];
  }

  /** Where a round of several rooms fails, its halves are tried: in the end a room that cannot be taken up is found, and left for later. */
  private async round(rooms: readonly Behind[]): Promise<Result> {
    if (this.stopped) return 'not our turn';
    const ids = rooms.map(({ room }) => room);
    try {
      const result = await this.turn((manager) =>
        rooms[0]?.isGone === true ? remove(manager, ids[0]!) : takeUp(manager, ids),
      );
      if (result !== 'not our turn') for (const room of ids) this.failing.delete(room);
      return result;
    } catch (error) {
      if (isDatabaseAway(error) && !isTimeout(error)) throw error;
      if (rooms.length === 1) {
        this.failed(ids[0]!, error);
        return 'nothing';
      }
    }
    const middle = Math.ceil(rooms.length / 2);
    const first = await this.round(rooms.slice(0, middle));
    if (first === 'not our turn') return first;
    const second = await this.round(rooms.slice(middle));
    return second === 'nothing' ? first : second;
  }

  /** Another replica may have taken them up. */
  private forgetHealed(behind: readonly Behind[]): void {
    if (this.failing.size === 0) return;
    const rooms = new Set(behind.map(({ room }) => room));
    for (const room of this.failing.keys()) if (!rooms.has(room)) this.failing.delete(room);
  }

  private failed(room: string, error: unknown): void {
    const tries = (this.failing.get(room)?.tries ?? 0) + 1;
    if (tries === 1 && this.failing.size >= mostFailing) throw error;
    if (tries === 1) this.logger.error({ err: error, room }, 'search cannot take up a room');
    const againAtMs = performance.now() + retryDelay(tries - 1, firstRetryMs, maxRetryMs);
    this.failing.set(room, { tries, againAtMs });
  }

  /**
   * Only one replica works at a time. What it writes can be made again, with the place that says how far it came, so its commits need not
   * wait for the disk beside the appends'.
   */
  private turn<T>(work: (manager: EntityManager) => Promise<T>): Promise<T | 'not our turn'> {
    return this.dataSource.transaction(async (manager) => {
      const [turn]: { held: boolean }[] = await manager.query(
        `SELECT pg_try_advisory_xact_lock($1) AS held, set_config('synchronous_commit', 'off', true)`,
        [indexerLock],
      );
      return turn?.held === true ? work(manager) : 'not our turn';
    });
  }
}

/** Rooms whose log is not where the copy is: one that is behind it was made anew under its id. */
const findBehind = `
  SELECT coalesce(h.room, p.room) AS room, h.room IS NULL AS "isGone",
         CASE WHEN p.seq < h.last_seq THEN h.last_seq - p.seq ELSE coalesce(h.last_seq, 0) END AS events
  FROM heads h FULL JOIN search_positions p ON p.room = h.room
  WHERE h.last_seq IS DISTINCT FROM coalesce(p.seq, 0)
  ORDER BY events LIMIT $1`;
