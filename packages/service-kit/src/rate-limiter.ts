// One token bucket for each of many: users, addresses.
import { NatterError } from '@natter/contracts/errors';
import { TokenBucket } from './token-bucket.js';

/** Above it the bucket longest untouched is forgotten, that is, full again. */
const maxBuckets = 100_000;

export class RateLimiter {
  private readonly buckets = new Map<string, TokenBucket>();

  /** @param now milliseconds that never go back */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws NatterError `rate_limited` with the wait until the next one may come */
  take(key: string): void {
    const nowMs = this.now();
    const bucket = this.buckets.get(key) ?? new TokenBucket(this.perSecond, Math.max(1, this.burst), nowMs);
    // Written anew at the end of the map: its first entry is the one longest untouched.
    this.buckets.delete(key);
    this.buckets.set(key, bucket);
    if (this.buckets.size > maxBuckets) this.buckets.delete(this.buckets.keys().next().value ?? key);
    const waitMs = bucket.take(nowMs);
    if (waitMs > 0) throw new NatterError('rate_limited', { retryAfterMs: waitMs });
  }
}
