// How fast one address may open sockets (of IPv6: one /64).
import { NatterError } from '@natter/contracts/errors';
import { TokenBucket } from './rates.js';

const perSecond = 20;
const burst = 100;
/** Addresses remembered; when there are more, those that have been calm are forgotten. */
const maxAddresses = 50_000;

export class OpeningRate {
  private readonly buckets = new Map<string, TokenBucket>();

  constructor(private readonly factor: number) {}

  /** @throws NatterError `rate_limited` */
  take(address: string, nowMs: number): void {
    let bucket = this.buckets.get(address);
    if (bucket === undefined) {
      if (this.buckets.size >= maxAddresses) this.forgetCalm(nowMs);
      this.buckets.set(address, (bucket = new TokenBucket(perSecond * this.factor, burst * this.factor, nowMs)));
    }
    const waitMs = bucket.take(nowMs);
    if (waitMs > 0) throw new NatterError('rate_limited', { retryAfterMs: waitMs });
  }

  private forgetCalm(nowMs: number): void {
    for (const [address, bucket] of this.buckets) if (bucket.isFull(nowMs)) this.buckets.delete(address);
    if (this.buckets.size >= maxAddresses) this.buckets.clear();
  }
}
