// Reads pages of rooms' logs for all sockets of the instance: the same page is read once however many wait for it.
import { Injectable } from '@nestjs/common';
import type { MemberMove, PageRequest } from '@natter/contracts/messages';
import { NatterError } from '@natter/contracts/errors';
import { subjects } from '@natter/contracts/subjects';
import { decodeDelivery, type Delivery } from '@natter/service-kit/delivery';
import { Bus } from '@natter/service-kit/nats';
import { frameRun } from './framing.js';
import { type EndOfTurn, phase, Turn } from './turn.js';

const pageEvents = 500;
/** More of a page is not kept: a socket may hold one while its reader is slow. */
const pageBytes = 524_288;
const timeoutMs = 2_000;
const concurrency = 64;
const maxWaiting = 100_000;

/** Events (after, to] of a room, framed. */
export interface Page {
  after: number;
  to: number;
  /** The room's newest seq; null when there is no such room. */
  lastSeq: number | null;
  /** Members may not see what was before they joined. */
  sinceJoin: boolean;
  bytes: Buffer;
  /** `ends[i]` is where the frame of seq `after + 1 + i` ends. */
  ends: number[];
  moves: Map<number, MemberMove>;
  /** Events that change messages: seq → seq of the message. */
  changes: Map<number, number>;
}

interface Flight {
  request: PageRequest;
  isSent: boolean;
  promise: Promise<Page>;
  resolve: (page: Page) => void;
  reject: (error: unknown) => void;
}

@Injectable()
export class LogReader implements EndOfTurn {
  private readonly flights = new Map<string, Flight>();
  private readonly waiting: Flight[] = [];
  private running = 0;
  private scheduled = false;

  constructor(
    private readonly bus: Bus,
    private readonly turn: Turn,
  ) {}

  /**
   * Reads up to 500 events after a seq. `fresh`: contains all that was committed before this call.
   * @throws NatterError `unavailable` when the log could not be read within 2 s, or 100,000 reads wait already
   */
  read(room: string, after: number, fresh: boolean): Promise<Page> {
    const key = `${room}.${after}`;
    const known = this.flights.get(key);
    if (known !== undefined && !(fresh && known.isSent)) return known.promise;
    if (this.waiting.length >= maxWaiting) return Promise.reject(new NatterError('unavailable'));
    const { promise, resolve, reject } = withResolvers<Page>();
    const flight = { request: { room, after, limit: pageEvents }, isSent: false, promise, resolve, reject };
    this.flights.set(key, flight);
    this.waiting.push(flight);
    if (!this.scheduled) {
      this.scheduled = true;
      this.turn.add(phase.calls, this);
    }
    return promise;
  }

  endTurn(): void {
    this.scheduled = false;
    while (this.running < concurrency) {
      const flight = this.waiting.shift();
      if (flight === undefined) return;
      void this.run(flight);
    }
  }

  private async run(flight: Flight): Promise<void> {
    this.running++;
    flight.isSent = true;
    try {
      if (!this.bus.isUp) throw new NatterError('unavailable');
      const reply = await this.bus.nc.request(subjects.page, JSON.stringify(flight.request), { timeout: timeoutMs });
      flight.resolve(toPage(flight.request.after, decodeDelivery(reply.data)));
    } catch (error) {
      flight.reject(error instanceof NatterError ? error : new NatterError('unavailable', {}, { cause: error }));
    } finally {
      this.running--;
      const key = `${flight.request.room}.${flight.request.after}`;
      if (this.flights.get(key) === flight) this.flights.delete(key);
      this.endTurn();
    }
  }
}

/** @throws NatterError `unavailable` when the page is an error or has a hole */
function toPage(after: number, delivery: Delivery): Page {
  if (delivery.errors.length > 0 || delivery.lastSeq === undefined) throw new NatterError('unavailable');
  const moves = new Map<number, MemberMove>();
  const changes = new Map<number, number>();
  const payloads: Buffer[] = [];
  let bytes = 0;
  for (const event of delivery.events) {
    if (event.seq !== after + payloads.length + 1) throw new NatterError('unavailable', { detail: 'hole in a page' });
    if (payloads.length > 0 && bytes + event.bytes.length > pageBytes) break;
    bytes += event.bytes.length;
    payloads.push(event.bytes);
    if (event.member !== undefined) moves.set(event.seq, event.member);
    if (event.about !== undefined) changes.set(event.seq, event.about);
  }
  const { bytes: framed, ends } = frameRun(payloads);
  const { lastSeq, sinceJoin = false } = delivery;
  return { after, to: after + payloads.length, lastSeq, sinceJoin, bytes: framed, ends, moves, changes };
}

/** True when a page shows, above a position, a message as it was before a change of it. */
export function showsBefore(page: Pick<Page, 'to' | 'changes'>, position: number, message: number): boolean {
  if (message > position && message <= page.to) return true;
  for (const [seq, about] of page.changes) if (about === message && seq > position) return true;
  return false;
}

/** The frames of seqs (after, to] of a page; both within it. */
export function sliceOf(page: Page, after: number, to: number): Buffer {
  const start = after === page.after ? 0 : page.ends[after - page.after - 1];
  return page.bytes.subarray(start, page.ends[to - page.after - 1]);
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  // Whoever waits handles it; that nobody does is no fault of the process.
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
