/** How fast somebody may go: `perSecond` in the long run, `burst` at once. Without a timer; milliseconds come from outside, of a clock that never goes back. */
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
}
