// How long to wait before trying again: full jitter, so that a thousand clients do not come back as one.
import type { Clock, Random } from './clock.js';

export interface BackoffOptions {
  clock: Clock;
  random?: Random;
  baseMs?: number;
  maxMs?: number;
  /** After this long without a failure the waits start anew. */
  calmMs?: number;
}

/** Waits between 0 and min(`maxMs`, `baseMs`·2ⁿ); n returns to 0 after `calmMs` of calm. */
export class Backoff {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #calmMs: number;
  #failures = 0;
  #calmSinceMs: number | undefined;

  constructor({ clock, random = Math.random, baseMs = 500, maxMs = 30_000, calmMs = 30_000 }: BackoffOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#baseMs = baseMs;
    this.#maxMs = maxMs;
    this.#calmMs = calmMs;
  }

  /** It works, from now on. */
  succeeded(): void {
    this.#calmSinceMs = this.#clock.nowMs();
  }

  /** It failed: the wait before the next try. */
  nextMs(): number {
    if (this.#calmSinceMs !== undefined && this.#clock.nowMs() - this.#calmSinceMs >= this.#calmMs) this.#failures = 0;
    this.#calmSinceMs = undefined;
    const ceilingMs = Math.min(this.#maxMs, this.#baseMs * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 30);
    return this.#random() * ceilingMs;
  }

  reset(): void {
    this.#failures = 0;
    this.#calmSinceMs = undefined;
  }
}
