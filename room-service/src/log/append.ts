// Group commit: what arrived while the last commit ran is written with the next, one statement, no timer.
// Order and uniqueness come from the row lock and the unique index, never from «only one replica writes».
import { isFileId, isRoomId, isUserId } from '@natter/contracts/ids';
import type { AppendItem } from '@natter/contracts/messages';
import type { Logger } from '@natter/service-kit/logger';
import type { AppendConnection, AppendRow } from './append-connection.js';
import { isBadItem, isRace } from './append-connection.js';
import type { AppendMetrics } from './append-metrics.js';
import type { Beat } from './beat.js';
import type { Doubts } from './doubts.js';
import { askFor, type Entry, entryOf, eventTypeOf, type Lane } from './entry.js';
import { type AppendResult, away, noFile, outcome, refusalOf } from './outcomes.js';
import { eventBytes } from './payload.js';
import { isRepeat, isSameRequest } from './repeats.js';
import type { Round, Router } from './router.js';

export interface AppendLimits {
  /** Items that may wait; further ones are answered `unavailable` at once. */
  queued: number;
  /** Items written with one statement, of each lane: changes are written one after another. */
  batch: Record<Lane, number>;
  /** An item not answered by then is answered `unavailable`, whether it waits or is being written. */
  waitMs: number;
}

const defaults: AppendLimits = { queued: 20_000, batch: { plain: 1_000, change: 200, carry: 100 }, waitMs: 4_000 };
const sweepMs = 200;

/** One request on its way. It is answered once: to an instance, or to a caller. */
interface Waiting {
  entry: Entry;
  untilMs: number;
  instance: string | undefined;
  resolve: ((result: AppendResult) => void) | undefined;
  answered: boolean;
}

interface Batch {
  lane: Lane;
  items: Waiting[];
  /** The very same request again, and which item of the batch it repeats: answered from that one. */
  repeats: { of: number; waiting: Waiting }[];
}

export class Appender {
  private queue: Waiting[] = [];
  private running: Batch | undefined;
  private pumpSoon = false;
  private readonly sweeper: NodeJS.Timeout;

  constructor(
    private readonly connection: AppendConnection,
    private readonly router: Router,
    private readonly beat: Beat,
    private readonly doubts: Doubts,
    private readonly metrics: AppendMetrics,
    private readonly logger: Logger,
    private readonly limits: AppendLimits = defaults,
  ) {
    metrics.watchQueue(() => this.queue.length);
    this.sweeper = setInterval(() => this.sweep(), sweepMs);
  }

  /** Takes the items of one request of an instance, in order; their answers go to it in delivery blocks. */
  push(instance: string, items: readonly AppendItem[]): void {
    for (const item of items) this.take(item, instance, undefined);
    this.soon();
  }

  /** One item for a caller. Answers in at most 4.2 s; never rejects. */
  append(item: AppendItem): Promise<AppendResult> {
    return new Promise((resolve) => {
      this.take(item, undefined, resolve);
      this.soon();
    });
  }

  /** Called when the connection stands again. */
  soon(): void {
    if (this.pumpSoon) return;
    this.pumpSoon = true;
    // What the bus hands over in one go rides in one batch.
    queueMicrotask(() => {
      this.pumpSoon = false;
      this.pump();
    });
  }

  /** Waits until all that was taken is answered, at most as long as an item may wait. Nothing may be pushed after this. */
  async stop(): Promise<void> {
    const untilMs = performance.now() + this.limits.waitMs + 2 * sweepMs;
    while ((this.queue.length > 0 || this.running !== undefined) && performance.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, 10));
    clearInterval(this.sweeper);
  }

  private take(item: AppendItem, instance: string | undefined, resolve: Waiting['resolve']): void {
    const untilMs = performance.now() + this.limits.waitMs;
    const waiting: Waiting = { entry: entryOf(item), untilMs, instance, resolve, answered: false };
    // Rooms, people and files are only found by their ids.
    if (!isRoomId(item.room) || !isUserId(item.sender)) return this.answerNow(waiting, { code: 'not_found' });
    if (item.type === undefined && item.files?.every(isFileId) === false) return this.answerNow(waiting, noFile);
    if (this.queue.length >= this.limits.queued) return this.answerNow(waiting, away);
    this.queue.push(waiting);
  }

  private pump(): void {
    if (this.running !== undefined || this.queue.length === 0 || !this.connection.isOpen) return;
    const batch = this.nextBatch();
    this.running = batch;
    const observe = this.metrics.commit(batch.items.length);
    this.store(batch.lane, batch.items).then(
      (rows) => {
        observe();
        this.running = undefined;
        // The database works on the next batch while we make the events of this one.
        this.pump();
        this.finish(batch, rows);
      },
      () => {
        observe();
        this.running = undefined;
        this.fail(batch);
        this.pump();
      },
    );
  }

  /**
   * Takes the oldest item, and with it what may be stored by the same statement. What is left waits in its order, and so does all
   * behind it for the same room. A batch holds each (sender, id) once: one that comes with something else will find it stored.
   */
  private nextBatch(): Batch {
    const batch: Batch = { lane: this.queue[0]?.entry.lane ?? 'plain', items: [], repeats: [] };
    const most = this.limits.batch[batch.lane];
    const places = new Map<string, number>();
    const held = new Set<string>();
    const left: Waiting[] = [];
    for (const waiting of this.queue) {
      const { item, lane } = waiting.entry;
      const key = item.sender + item.id;
      const of = places.get(key);
      const first = of === undefined ? undefined : batch.items[of];
      const isHeld = lane !== batch.lane || batch.items.length === most || held.has(item.room);
      if (!isHeld && first === undefined) {
        places.set(key, batch.items.length);
        batch.items.push(waiting);
      } else if (!isHeld && of !== undefined && first !== undefined && isSameRequest(first.entry, waiting.entry)) {
        batch.repeats.push({ of, waiting });
      } else {
        held.add(item.room);
        left.push(waiting);
      }
    }
    this.queue = left;
    return batch;
  }

  /** A race is tried once more; what then still fails, and what a bad item spoils, is stored one by one. */
  private async store(lane: Lane, items: Waiting[], tries = 0): Promise<AppendRow[]> {
    try {
      return await this.connection.run(
        askFor(
          lane,
          items.map(({ entry }) => entry),
        ),
      );
    } catch (error) {
      if (!isRace(error) && !isBadItem(error)) throw error;
      this.metrics.retried();
      if (isRace(error) && tries === 0) return this.store(lane, items, 1);
      if (items.length === 1) return this.refuse(error);
    }
    const rows: AppendRow[] = [];
    for (const [index, item] of items.entries())
      for (const [, ...rest] of await this.store(lane, [item])) rows.push([index + 1, ...rest]);
    return rows;
  }

  /** A bad item has no row, which reads «not found»: nothing of it is stored. Who loses every race may try again. */
  private refuse(error: unknown): AppendRow[] {
    if (isRace(error)) throw error;
    this.logger.error({ err: error }, 'a request that the database refuses');
    return [];
  }

  private finish(batch: Batch, rows: AppendRow[]): void {
    const round = this.router.round();
    const byItem: (AppendRow | undefined)[] = Array.from({ length: batch.items.length });
    for (const row of rows) byItem[row[0] - 1] = row;
    const results = batch.items.map((waiting, index) => this.settle(waiting, byItem[index], round));
    batch.items.forEach((waiting, index) => this.answer(waiting, results[index] ?? away, round));
    for (const { of, waiting } of batch.repeats) {
      const result = results[of] ?? away;
      this.answer(waiting, 'seq' in result ? { ...result, dup: true } : result, round);
    }
    round.send();
  }

  private settle(waiting: Waiting, row: AppendRow | undefined, round: Round): AppendResult {
    const { entry, instance } = waiting;
    const { item, text } = entry;
    if (row === undefined) return { code: 'not_found' };
    const [, what, seq, tsMs, room, payload, about = null] = row;
    const refusal = refusalOf(item, what);
    if (refusal !== undefined) return refusal;
    const ts = isoTime(tsMs);
    if (what === outcome.known || what === outcome.standing) {
      if (what === outcome.known && !isRepeat(entry, room, payload)) return { code: 'id_conflict' };
      // Whoever stored it may have died before telling anyone.
      this.beat.head(item.room, seq);
      return { seq, ts, dup: true };
    }
    this.metrics.appended();
    const target = item.type === undefined ? item.thread : item.target;
    const event = {
      room: item.room,
      seq,
      type: eventTypeOf(item),
      ts,
      payload: payload ?? text,
      target: target ?? null,
      about,
    };
    round.event(eventBytes(event), instance);
    return { seq, ts, dup: false };
  }

  private fail(batch: Batch): void {
    this.doubts.add(batch.items.map(({ entry }) => entry.item.room));
    const round = this.router.round();
    for (const waiting of batch.items) this.answer(waiting, away, round);
    for (const { waiting } of batch.repeats) this.answer(waiting, away, round);
    round.send();
  }

  private answer(waiting: Waiting, result: AppendResult, round: Round): void {
    if (waiting.answered) return;
    waiting.answered = true;
    waiting.resolve?.(result);
    if (waiting.instance !== undefined) round.answer(waiting.instance, waiting.entry.item.ref, result);
  }

  private answerNow(waiting: Waiting, result: AppendResult): void {
    const round = this.router.round();
    this.answer(waiting, result, round);
    round.send();
  }

  /** Answers what has waited too long; what is being written is answered too, though it may be stored. */
  private sweep(): void {
    const nowMs = performance.now();
    const expired = this.queue.findIndex(({ untilMs }) => untilMs > nowMs);
    const late = this.queue.splice(0, expired < 0 ? this.queue.length : expired);
    const writing =
      this.running === undefined ? [] : [...this.running.items, ...this.running.repeats.map((r) => r.waiting)];
    late.push(...writing.filter(({ untilMs, answered }) => untilMs <= nowMs && !answered));
    if (late.length === 0) return;
    const round = this.router.round();
    for (const waiting of late) this.answer(waiting, away, round);
    round.send();
  }
}

let lastMs = 0;
let lastIso = '';

/** RFC 3339 with milliseconds; a batch has few different times. */
function isoTime(ms: number): string {
  if (ms !== lastMs) {
    lastMs = ms;
    lastIso = new Date(Math.round(ms)).toISOString();
  }
  return lastIso;
}
