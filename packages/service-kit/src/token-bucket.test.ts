import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.js';

describe('a token bucket', () => {
  it('gives its burst at once, then says how long to wait', () => {
    const bucket = new TokenBucket(10, 3, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 0]);
    expect(bucket.take(0)).toBe(100);
    expect(bucket.take(100)).toBe(0);
  });

  it('never gives more than burst and rate allow', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 200 }), (steps) => {
        const bucket = new TokenBucket(10, 5, 1_000);
        let [nowMs, given] = [1_000, 0];
        for (const step of steps) {
          nowMs += step;
          if (bucket.take(nowMs) === 0) given++;
        }
        expect(given).toBeLessThanOrEqual(5 + (nowMs - 1_000) / 100 + 1e-6);
      }),
    );
  });
});
