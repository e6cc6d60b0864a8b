// A socket's way from its position in a room to where the live feed stands: pages of the log, never far ahead of the reader, then
// the live set, with no seam between. A slow socket that left the live set comes back the same way.
import type { MemberMove } from '@natter/contracts/messages';
import type { RemovalReason } from '@natter/contracts/events';
import { limits } from '@natter/contracts/limits';
import { retryDelay } from '@natter/service-kit/retry';
import type { Connection } from './connection.js';
import { type LogReader, type Page, showsBefore, sliceOf } from './log-reader.js';
import type { RoomFeed } from './room-feed.js';

/** Frames pushed at once. */
const sliceBytes = 65_536;
/** Pages being read for one socket at a time. */
const readsPerSocket = 4;

/** A removal that ends a room for a socket: nothing above `seq` reaches it. */
export interface Removal {
  seq: number;
  reason: RemovalReason;
}

/** Who wants to know when a resume has arrived. */
export interface ResumeWaiter {
  arrived(): void;
  /** The position was set anew before the resume arrived: `next` takes its place. */
  replaced(next: Resume): void;
}

/** The reason when a move takes its user out of the room. */
export const removalOf = (move: Pick<MemberMove, 'change'>): RemovalReason | undefined =>
  move.change === 'left' || move.change === 'kicked' || move.change === 'banned' ? move.change : undefined;

export class Resume {
  /** Set when the user has been removed: where it ends. */
  end: Removal | null = null;
  /** The client must begin anew: its position becomes the log's end when it is told so. */
  isReset = false;
  /** It has been told. */
  wasReset = false;
  /** Stands at or above the feed, which will come. */
  waitsForFeed = false;
  private waiters: ResumeWaiter[] = [];
  private mustAsk = false;
  /** Where the log says that the user came in. */
  private readonly joinedSeq: number;
  private page: Page | undefined;
  private isReading = false;
  /** The page that came was old: the next must be as new as the log, and is taken as it is. */
  private mustBeFresh = false;
  private isStopped = false;
  private failures = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly connection: Connection,
    readonly feed: RoomFeed,
    public position: number,
    private readonly reader: LogReader,
    /** The log's end when the position was set: not there before this has been delivered. */
    private target: number,
  ) {
    this.joinedSeq = connection.user.rooms.get(feed.room)?.joinedSeq ?? 0;
  }

  /** True while it is not known where the log ends, so that nothing can be said about this room. */
  get isUncertain(): boolean {
    return this.mustAsk;
  }

  /** Calls back once when the socket has become live, may be reset, or is out of the room. */
  tell(waiter: ResumeWaiter): void {
    this.waiters.push(waiter);
  }

  /** Another way takes the place of this one, which ends here: whoever waits goes on waiting. */
  handOver(next: Resume): void {
    const { waiters } = this;
    this.waiters = [];
    this.stop();
    for (const waiter of waiters) {
      next.tell(waiter);
      waiter.replaced(next);
    }
  }

  /** Nobody waits any more. */
  untell(waiter: ResumeWaiter): void {
    this.waiters = this.waiters.filter((other) => other !== waiter);
  }

  /** Begins by asking the log where it ends: the client's position may be beyond it, or too far behind. */
  askFirst(): void {
    this.mustAsk = true;
  }

  /** The position is beyond the log's end or too far behind: nothing is replayed. */
  resetTo(lastSeq: number): void {
    this.isReset = true;
    this.target = lastSeq;
  }

  /** A message has been changed: what of the page shows it as it was, and is not pushed yet, will be read anew. */
  outdated(message: number): void {
    if (this.page !== undefined && showsBefore(this.page, this.position, message)) this.page = undefined;
  }

  /** The user has been removed: ends there, or at once where nothing has been replayed yet. */
  endAt(removal: Removal): void {
    this.end = removal;
    if (this.isReset || this.mustAsk) this.feed.removalReached(this);
    else this.pump();
  }

  /** Goes on as far as it can now. */
  pump(): void {
    this.waitsForFeed = false;
    while (this.step());
  }

  /** The client has been told of the reset: it now stands at the log's end. @returns that seq */
  finishReset(): number {
    this.isReset = false;
    this.wasReset = true;
    this.position = Math.max(this.target, this.feed.seq);
    this.pump();
    return this.position;
  }

  /** Nothing more is pushed; whoever waits is told. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.arrived();
  }

  /** @returns true when there may be more to do at once */
  private step(): boolean {
    const { feed, connection } = this;
    if (this.isStopped) return false;
    if (this.end !== null && this.position >= this.end.seq) {
      feed.removalReached(this);
      return false;
    }
    if (this.mustAsk) return this.read();
    if (this.isReset || this.position > feed.seq) return this.meetFeed();
    if (this.position === feed.seq) return this.target > feed.seq ? this.read() : this.meetFeed();
    if (!connection.outbound.takesReplay()) return false;
    if (this.page !== undefined && this.page.to > this.position) {
      this.pushFrom(this.page);
      return true;
    }
    this.page = undefined;
    // A feed that is behind the log may have frames of messages that are changed by now.
    const tail = this.end === null && feed.seq >= this.target ? feed.tailAfter(this.position) : undefined;
    if (tail === undefined) return this.read();
    connection.outbound.push(tail);
    feed.countDeliveries(feed.seq - this.position);
    this.position = feed.seq;
    return true;
  }

  private meetFeed(): false {
    const { feed } = this;
    const wanted = Math.max(this.target, this.isReset ? 0 : this.position);
    if (feed.seq < wanted) {
      this.waitsForFeed = true;
      feed.noteHead(wanted);
      return false;
    }
    if (this.isReset) {
      this.arrived();
    } else {
      feed.join(this);
      this.stop();
    }
    return false;
  }

  private pushFrom(page: Page): void {
    const last = Math.min(page.to, this.end?.seq ?? page.to);
    const start = this.position === page.after ? 0 : page.ends[this.position - page.after - 1]!;
    let to = this.position + 1;
    while (to < last && page.ends[to - page.after]! - start <= sliceBytes) to++;
    this.connection.outbound.push(sliceOf(page, this.position, to));
    this.feed.countDeliveries(to - this.position);
    this.position = to;
  }

  private read(): false {
    const { connection, feed } = this;
    if (this.isReading || this.timer !== undefined || connection.reading >= readsPerSocket) return false;
    this.isReading = true;
    connection.reading++;
    feed.keepTail();
    const after = this.position;
    const isFresh = this.mustAsk || this.mustBeFresh;
    this.reader.read(feed.room, after, isFresh).then(
      (page) => this.onPage(page, isFresh),
      () => this.onFailure(),
    );
    return false;
  }

  private onPage(page: Page, isFresh: boolean): void {
    this.isReading = false;
    this.connection.reading--;
    if (!this.isStopped) {
      this.failures = 0;
      this.feed.offerPage(page);
      this.mustBeFresh = this.isOld(page, isFresh);
      if (!this.mustBeFresh) this.take(page);
    }
    this.pump();
    this.feed.releaseTail();
    // Also when this one has arrived: the others of the socket waited for its turn to read.
    this.connection.drained();
  }

  /** True when a page shows what was changed before the position was set, or while it was read; of the latter, once. */
  private isOld({ lastSeq, ...page }: Page, isFresh: boolean): boolean {
    if (lastSeq === null || this.mustBeFresh) return false;
    if (!isFresh && lastSeq < this.target) return true;
    return this.feed.changedAfter(lastSeq).some((message) => showsBefore(page, this.position, message));
  }

  private take(page: Page): void {
    const { lastSeq } = page;
    if (this.isStopped || this.isReset || lastSeq === null) return;
    // The room may have become one with a history since joining at any time: each page says what it is now.
    const visibleAfter = page.sinceJoin ? this.joinedSeq - 1 : 0;
    const { position } = this;
    if (this.mustAsk || position < visibleAfter) {
      const tooFar = this.mustAsk && (position > lastSeq || lastSeq - position > limits.sync_max);
      if (this.mustAsk) this.target = lastSeq;
      this.mustAsk = false;
      if ((tooFar || position < visibleAfter) && this.waiters.length > 0) return this.resetTo(lastSeq);
      // Nobody is left to be told of a reset: what the client has already, it ignores.
      this.position = Math.max(Math.min(position, lastSeq), visibleAfter);
    }
    if (page.after <= this.position && page.to > this.position) {
      this.page = page;
      if (page.moves.size > 0) this.feed.checkMoves(this, page);
    } else if (this.position < Math.max(this.feed.seq, this.target)) {
      this.later();
    }
  }

  private onFailure(): void {
    this.isReading = false;
    this.connection.reading--;
    this.feed.releaseTail();
    if (!this.isStopped) this.later();
    this.connection.drained();
  }

  private later(): void {
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        this.pump();
      },
      retryDelay(this.failures++, 100, 2_000),
    );
  }

  private arrived(): void {
    const { waiters } = this;
    this.waiters = [];
    for (const waiter of waiters) waiter.arrived();
  }
}
