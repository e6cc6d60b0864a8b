// One room's place in its log: every event is applied exactly once and in order, whatever arrives. What is missing is asked for.
import type { LogEvent } from '@natter/contracts/events';
import type { SyncedRoom } from '@natter/contracts/frames';
import { Backoff } from './backoff.js';
import type { Clock, Random } from './clock.js';

export interface RoomSubscriptionOptions {
  room: string;
  /** The highest seq that is held already. */
  position: number;
  clock: Clock;
  random?: Random;
  /** Sends `sync` for this room and returns the frame's id; undefined when there is no connection. */
  ask: (room: string, position: number) => string | undefined;
  /** Called with seqs rising by one from `position`. */
  apply: (event: LogEvent) => void;
  /** Too much was missed: drop what is held and page through history; the log goes on after `seq`. */
  reset: (seq: number) => void;
  /** The user is not in the room. */
  gone: () => void;
}

/** A `sync` without an answer or an event for this long is asked again. */
const patienceMs = 10_000;

/** Turns what arrives of a room into 1…n, once each. Asks with jittered waits for as long as something is missing. */
export class RoomSubscription {
  readonly #options: RoomSubscriptionOptions;
  readonly #backoff: Backoff;
  #position: number;
  /** The id of the `sync` in flight; '' while waiting to ask again. */
  #asked: string | undefined;
  #cancelTimer: () => void = () => {};
  #progressAtMs = 0;

  constructor(options: RoomSubscriptionOptions) {
    this.#options = options;
    this.#position = options.position;
    this.#backoff = new Backoff(options);
  }

  /** The highest seq up to which everything was applied. */
  get position(): number {
    return this.#position;
  }

  /** An event of the log, live or replayed. A type that is not known counts all the same. */
  receive(event: LogEvent): void {
    if (event.seq <= this.#position) return;
    this.#progressAtMs = this.#options.clock.nowMs();
    if (event.seq === this.#position + 1) {
      this.#position = event.seq;
      this.#backoff.reset();
      this.#options.apply(event);
    } else if (this.#asked === undefined) {
      this.#ask();
    }
  }

  /** This room's entry in a `synced`; `id` is undefined for the one that follows `hello`. */
  synced(id: string | undefined, answer: SyncedRoom): void {
    if (id !== undefined && id !== this.#asked) return;
    if ('gone' in answer) {
      this.stop();
      this.#options.gone();
      return;
    }
    if (answer.reset) {
      this.stop();
      this.#position = answer.seq;
      this.#options.reset(answer.seq);
      return;
    }
    // The answer to `hello` says nothing about a later question.
    if (id === undefined && this.#asked !== undefined) return;
    this.stop();
    if (this.#position < answer.seq) this.#askLater(this.#backoff.nextMs());
  }

  /** The `sync` was answered with an error. False when it was not ours. */
  failed(id: string, retryAfterMs?: number): boolean {
    if (id !== this.#asked) return false;
    this.stop();
    this.#askLater((retryAfterMs ?? 0) + this.#backoff.nextMs());
    return true;
  }

  /** The connection is gone: the next `hello` will ask. */
  stop(): void {
    this.#cancelTimer();
    this.#asked = undefined;
  }

  #ask(): void {
    this.#cancelTimer();
    this.#asked = this.#options.ask(this.#options.room, this.#position);
    if (this.#asked === undefined) return;
    this.#progressAtMs = this.#options.clock.nowMs();
    this.#watch(patienceMs);
  }

  #askLater(delayMs: number): void {
    this.#asked = '';
    this.#cancelTimer = this.#options.clock.after(delayMs, () => this.#ask());
  }

  #watch(delayMs: number): void {
    this.#cancelTimer = this.#options.clock.after(delayMs, () => {
      const quietMs = this.#options.clock.nowMs() - this.#progressAtMs;
      if (quietMs >= patienceMs) this.#askLater(this.#backoff.nextMs());
      else this.#watch(patienceMs - quietMs);
    });
  }
}
