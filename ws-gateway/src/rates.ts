// Two small memories of time: how fast somebody may go, and how often something happened lately.

/** A token bucket without a timer. Milliseconds come from outside, of a clock that never goes back. */
export class TokenBucket {
  private tokens: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private refilledAtMs: number,
  ) {
    this.tokens = burst;
  }

  /** Takes one token. @returns 0, or the milliseconds until there is one */
  take(nowMs: number): number {
    const elapsedMs = nowMs - this.refilledAtMs;
    this.tokens = Math.min(this.burst, this.tokens + (elapsedMs * this.perSecond) / 1_000);
    this.refilledAtMs = nowMs;
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.tokens) * 1_000) / this.perSecond);
  }

  /** True when nothing was taken for so long that a new bucket would be the same. */
  isFull(nowMs: number): boolean {
    return this.tokens + ((nowMs - this.refilledAtMs) * this.perSecond) / 1_000 >= this.burst;
  }
}

/** Counts what happened within a sliding window; remembers no more than `most + 1` times. */
export class RecentCount {
  private times: number[] | undefined;

  constructor(
    private readonly most: number,
    private readonly windowMs: number,
  ) {}

  /** Notes one more. @returns true when there were more than `most` within the window */
  add(nowMs: number): boolean {
    this.times = (this.times ?? []).filter((time) => nowMs - time < this.windowMs);
    this.times.push(nowMs);
    if (this.times.length <= this.most) return false;
    this.times.shift();
    return true;
  }
}
