// A rate with bursts, kept by the sender so that it does not have to be refused.
import type { Clock } from './clock.js';

/** `perSecond` in the long run, up to `burst` at once. */
export class TokenBucket {
  readonly #clock: Clock;
  #perSecond: number;
  #burst: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(clock: Clock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#filledAtMs = clock.nowMs();
  }

  /** New walls; what was spent stays spent. */
  resize(perSecond: number, burst: number): void {
    this.#fill();
    this.#tokens = Math.min(burst, this.#tokens + Math.max(0, burst - this.#burst));
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** Takes one token if there is one. */
  take(): boolean {
    this.#fill();
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Until there is a token: 0 when there is. */
  waitMs(): number {
    this.#fill();
    return this.#tokens >= 1 ? 0 : Math.ceil(((1 - this.#tokens) / this.#perSecond) * 1_000);
  }

  #fill(): void {
    const nowMs = this.#clock.nowMs();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((nowMs - this.#filledAtMs) / 1_000) * this.#perSecond);
    this.#filledAtMs = nowMs;
  }
}
