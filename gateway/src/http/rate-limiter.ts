// 20 requests a second for each user, bursts of 100; who is not signed in is counted by address. One token bucket each.
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';

/** Above it the bucket longest untouched is forgotten, that is, full again. */
const maxBuckets = 100_000;

interface Bucket {
  tokens: number;
  atMs: number;
}

export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();
  private readonly perMs: number;
  private readonly burst: number;

  /** @param now milliseconds that never go back */
  constructor(
    factor: number,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.perMs = (limits.httpPerSecond * factor) / 1_000;
    this.burst = Math.max(1, limits.httpBurst * factor);
  }

  /** @throws NatterError `rate_limited` with the wait until the next request may come */
  take(key: string): void {
    const nowMs = this.now();
    const bucket = this.buckets.get(key) ?? { tokens: this.burst, atMs: nowMs };
    const tokens = Math.min(this.burst, bucket.tokens + (nowMs - bucket.atMs) * this.perMs);
    // Written anew at the end of the map: its first entry is the one longest untouched.
    this.buckets.delete(key);
    this.buckets.set(key, { tokens: tokens < 1 ? tokens : tokens - 1, atMs: nowMs });
    if (this.buckets.size > maxBuckets) this.buckets.delete(this.buckets.keys().next().value ?? key);
    if (tokens < 1) throw new NatterError('rate_limited', { retryAfterMs: Math.ceil((1 - tokens) / this.perMs) });
  }
}
