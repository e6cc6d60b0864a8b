import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentCount, TokenBucket } from './rates.js';

describe('TokenBucket', () => {
  it('gives its burst at once, then says how long to wait', () => {
    const bucket = new TokenBucket(10, 3, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 0]);
    expect(bucket.take(0)).toBe(100);
    expect(bucket.take(100)).toBe(0);
  });

  it('never gives more than burst and rate allow, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 200 }), { maxLength: 200 }), (steps) => {
        const bucket = new TokenBucket(10, 5, 1_000);
        let [nowMs, forwardMs, given] = [1_000, 0, 0];
        for (const step of steps) {
          nowMs += step;
          forwardMs += Math.max(0, step);
          if (bucket.take(nowMs) === 0) given++;
        }
        expect(given).toBeLessThanOrEqual(5 + forwardMs / 100 + 1e-6);
      }),
    );
  });

  it('knows when it is as good as new', () => {
    const bucket = new TokenBucket(10, 2, 0);
    bucket.take(0);
    expect([bucket.isFull(50), bucket.isFull(100)]).toEqual([false, true]);
  });
});

describe('RecentCount', () => {
  it('is exceeded by one more than its number within the window', () => {
    const count = new RecentCount(3, 1_000);
    expect([0, 10, 20, 30].map((time) => count.add(time))).toEqual([false, false, false, true]);
  });

  it('forgets what is older than the window', () => {
    const count = new RecentCount(2, 1_000);
    expect([0, 500, 1_100, 1_200].map((time) => count.add(time))).toEqual([false, false, false, true]);
  });
});
