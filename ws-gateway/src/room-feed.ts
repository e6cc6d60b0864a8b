// One room's live events in seq order. Every socket of the live set stands at the feed's seq, so «is it the next one?» is asked
// once an event and not once a socket. What is missing, in the middle or at the end, is read from the log.
import type { MemberMove } from '@natter/contracts/messages';
import { retryDelay } from '@natter/service-kit/retry';
import type { Connection } from './connection.js';
import { type LogReader, type Page, sliceOf } from './log-reader.js';
import type { GatewayMetrics } from './metrics.js';
import { Pace } from './pace.js';
import { Resume } from './resume.js';
import { Tail } from './tail.js';
import { type EndOfTurn, phase, type Turn } from './turn.js';

/** An event that is not the next is given this long to be preceded by what is missing. */
const holeMs = 50;
/** Events kept while something before them is missing; beyond, the log has them. */
const maxHeld = 1_000;
/** So much for each socket is written at once, whatever the room's pace: more at a time would not fit the queues of slow readers. */
const maxPendingBytes = 65_536;

/** What a feed needs of its instance. */
export interface FeedContext {
  reader: LogReader;
  turn: Turn;
  metrics: GatewayMetrics;
  /** What a write to one socket takes. */
  writeMs: number;
  /** A member event has become the feed's newest: called with the feed standing exactly there. */
  moved(feed: RoomFeed, seq: number, move: MemberMove): void;
  /** The log says that the room is no more. */
  deleted(room: string): void;
  /** A removed user's socket that was behind has been given everything up to the removal. */
  removalReached(feed: RoomFeed, resume: Resume): void;
  /** A page with member events is about to be replayed to a socket. */
  checkMoves(feed: RoomFeed, resume: Resume, page: Page): void;
}

/** What of an event matters beside its bytes. */
export interface EventFacts {
  /** Whom it moves. */
  member?: MemberMove | undefined;
  /** The message that it changes. */
  about?: number | undefined;
}

interface FramedEvent {
  frame: Buffer;
  facts: EventFacts;
}

const noFacts: EventFacts = {};

export class RoomFeed implements EndOfTurn {
  /** Sockets that stand at `seq`. */
  readonly live = new Set<Connection>();
  /** Sockets that stand elsewhere. */
  readonly resumes = new Map<Connection, Resume>();
  /** Since when nobody is here; 0 while somebody is. */
  emptySinceMs = performance.now();
  /** Frames that the live set is given when the turn ends or the room's pace allows it, or before it changes. */
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private readonly pace: Pace;
  private resting: NodeJS.Timeout | undefined;
  private dirty = false;
  private readonly held = new Map<number, FramedEvent>();
  /** The newest seq we have heard of. */
  private head: number;
  private timer: NodeJS.Timeout | undefined;
  private isRepairing = false;
  private failures = 0;
  private tail: Tail | undefined;
  private tailUsers = 0;
  private isClosed = false;

  /** @param seq events up to here are not the feed's to deliver */
  constructor(
    readonly room: string,
    public seq: number,
    private readonly context: FeedContext,
  ) {
    this.head = seq;
    this.pace = new Pace(context.writeMs);
  }

  has(connection: Connection): boolean {
    return this.live.has(connection) || this.resumes.get(connection)?.end === null;
  }

  get isEmpty(): boolean {
    return this.live.size === 0 && this.resumes.size === 0;
  }

  /** The seq up to which a socket has been given everything; what is pending it has not. */
  givenTo(connection: Connection): number {
    return this.resumes.get(connection)?.position ?? this.seq - this.pending.length;
  }

  /** The same, once what is pending has been given to everybody: this does so. */
  positionOf(connection: Connection): number {
    this.settle();
    return this.givenTo(connection);
  }

  /** Takes an event from wherever it comes: the next is delivered, a later one held, an old one dropped. */
  offer(seq: number, frame: Buffer, facts: EventFacts = noFacts): void {
    if (seq <= this.seq || this.isClosed) return;
    if (seq > this.seq + 1) {
      if (this.held.size < maxHeld) this.held.set(seq, { frame, facts });
      return this.noteHead(seq);
    }
    this.take(seq, frame, facts);
    for (let next = this.held.get(this.seq + 1); next !== undefined; next = this.held.get(this.seq + 1)) {
      this.held.delete(this.seq + 1);
      this.take(this.seq + 1, next.frame, next.facts);
    }
  }

  /** Takes what a page has above the feed's seq. */
  offerPage(page: Page): void {
    if (page.lastSeq === null) return this.context.deleted(this.room);
    for (let seq = Math.max(page.after, this.seq) + 1; seq <= page.to; seq++)
      this.offer(seq, sliceOf(page, seq - 1, seq), { member: page.moves.get(seq), about: page.changes.get(seq) });
    this.noteHead(page.lastSeq);
  }

  /** Sockets that may hear of what is not in the log: all that are in the room, but for one-room sockets. */
  *readers(): Generator<Connection> {
    for (const connection of this.live) if (connection.only === undefined) yield connection;
    for (const [connection, { end }] of this.resumes)
      if (end === null && connection.only === undefined) yield connection;
  }

  /** Somebody says that the log has come this far: if it does not reach us within a moment, we read it. */
  noteHead(seq: number): void {
    if (seq > this.head) this.head = seq;
    if (this.head > this.seq) this.repairIn(holeMs);
  }

  /**
   * Puts a socket at a position: live when that is where the feed stands, else to be fed from the log.
   * @param lastSeq where the log ended when the position was chosen
   * @param hold not live even when it stands where the feed stands
   * @returns the way there, not begun; undefined when the socket is live already
   */
  enter(connection: Connection, position: number, lastSeq: number, hold: boolean): Resume | undefined {
    // Nobody was here: what came meanwhile is nobody's, so there is no need to read it.
    if (this.isEmpty && lastSeq > this.seq) this.skipTo(lastSeq);
    this.emptySinceMs = 0;
    if (hold || position !== this.seq || lastSeq > this.seq) return this.resume(connection, position, lastSeq);
    this.settle();
    this.live.add(connection);
    return undefined;
  }

  /** Has a socket fed from the log after a position, wherever it stood, at least up to `target`. The way is not begun. */
  resume(connection: Connection, position: number, target = 0): Resume {
    this.settle();
    this.live.delete(connection);
    const resume = new Resume(connection, this, position, this.context.reader, target);
    this.resumes.get(connection)?.handOver(resume);
    this.emptySinceMs = 0;
    this.resumes.set(connection, resume);
    connection.resumes.set(this.room, resume);
    this.context.metrics.resumes++;
    return resume;
  }

  /** A socket that stands where the feed stands becomes live. */
  join(resume: Resume): void {
    const { connection } = resume;
    this.settle();
    this.resumes.delete(connection);
    connection.resumes.delete(this.room);
    this.live.add(connection);
  }

  /** Takes a socket out. @returns true when it was in */
  leave(connection: Connection): boolean {
    this.settle();
    const resume = this.resumes.get(connection);
    const wasIn = this.live.delete(connection) || resume !== undefined;
    if (resume !== undefined) {
      this.resumes.delete(connection);
      connection.resumes.delete(this.room);
      resume.stop();
    }
    if (wasIn && this.isEmpty) this.emptySinceMs = performance.now();
    return wasIn;
  }

  removalReached(resume: Resume): void {
    this.context.removalReached(this, resume);
  }

  checkMoves(resume: Resume, page: Page): void {
    this.context.checkMoves(this, resume, page);
  }

  countDeliveries(count: number): void {
    this.context.metrics.deliveries += count;
  }

  /** Keeps the newest frames while a page is being read, so that the page and they meet without a seam. */
  keepTail(): void {
    this.tailUsers++;
    this.tail ??= new Tail(this.seq);
  }

  releaseTail(): void {
    if (--this.tailUsers === 0) this.tail = undefined;
  }

  /** Kept frames after a position, up to the feed's seq; undefined when they are not all there. */
  tailAfter(position: number): Buffer | undefined {
    return this.tail?.after(position);
  }

  /** Messages that were changed after a seq, as far as they are known while a page is being read. */
  changedAfter(seq: number): number[] {
    return this.tail?.changedAfter(seq) ?? [];
  }

  /** Reads the log to its end, once. */
  async readToEnd(): Promise<void> {
    for (;;) {
      const page = await this.context.reader.read(this.room, this.seq, true);
      this.offerPage(page);
      if (this.isClosed || page.lastSeq === null || this.seq >= page.lastSeq || page.to === page.after) return;
    }
  }

  /** Gives the live set what is pending. Called before the set changes, and before a frame that must come behind. */
  settle(): void {
    clearTimeout(this.resting);
    this.resting = undefined;
    if (this.pending.length === 0) return;
    this.pace.writes(this.live.size, performance.now());
    const count = this.pending.length;
    const frames = count === 1 ? this.pending[0]! : Buffer.concat(this.pending);
    this.pending = [];
    this.pendingBytes = 0;
    const slow: Connection[] = [];
    for (const connection of this.live) {
      if (connection.outbound.hasRoomFor(frames.length)) connection.outbound.push(frames);
      else slow.push(connection);
    }
    this.context.metrics.deliveries += count * (this.live.size - slow.length);
    for (const connection of slow) this.resume(connection, this.seq - count).pump();
  }

  endTurn(): void {
    this.dirty = false;
    const restMs = this.pendingBytes > maxPendingBytes ? 0 : this.pace.restMs(performance.now());
    if (restMs === 0) this.settle();
    else this.resting ??= setTimeout(() => this.settle(), restMs);
    for (const resume of this.resumes.values()) if (resume.waitsForFeed) resume.pump();
  }

  close(): void {
    this.isClosed = true;
    clearTimeout(this.timer);
    clearTimeout(this.resting);
  }

  private take(seq: number, frame: Buffer, { member, about }: EventFacts): void {
    this.seq = seq;
    if (this.live.size > 0) {
      this.pending.push(frame);
      this.pendingBytes += frame.length;
    }
    this.tail?.add(seq, frame, about);
    if (about !== undefined) for (const resume of this.resumes.values()) resume.outdated(about);
    if (!this.dirty) {
      this.dirty = true;
      this.context.turn.add(phase.feeds, this);
    }
    if (member !== undefined) this.context.moved(this, seq, member);
  }

  private skipTo(seq: number): void {
    this.seq = seq;
    this.head = Math.max(this.head, seq);
    this.tail &&= new Tail(seq);
    for (const held of this.held.keys()) if (held <= seq) this.held.delete(held);
  }

  private repairIn(ms: number): void {
    if (this.timer !== undefined || this.isRepairing || this.isClosed || this.isEmpty) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.repair();
    }, ms);
  }

  private async repair(): Promise<void> {
    if (this.seq >= this.head || this.isEmpty || this.isClosed) return;
    this.isRepairing = true;
    this.context.metrics.repairs++;
    let waitMs = 0;
    try {
      const { head } = this;
      const page = await this.context.reader.read(this.room, this.seq, true);
      this.offerPage(page);
      // The log is the truth: if it ends before what we heard of, we heard wrong.
      if (page.lastSeq !== null && page.lastSeq < head && this.head === head)
        this.head = Math.max(this.seq, page.lastSeq);
      this.failures = 0;
    } catch {
      waitMs = retryDelay(this.failures++, 100, 2_000);
    } finally {
      this.isRepairing = false;
    }
    if (this.seq < this.head) this.repairIn(waitMs);
  }
}
