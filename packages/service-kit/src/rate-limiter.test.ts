import { NatterError } from '@natter/contracts/errors';
import { describe, expect, it } from 'vitest';
import { RateLimiter } from './rate-limiter.js';

const waitMs = (run: () => void): number | undefined => {
  try {
    run();
    return undefined;
  } catch (error) {
    expect((error as NatterError).code).toBe('rate_limited');
    return (error as NatterError).details.retryAfterMs;
  }
};

describe('a user', () => {
  it('may send 100 requests at once, then 20 a second', () => {
    let nowMs = 0;
    const rates = new RateLimiter(20, 100, () => nowMs);
    const passed = (count: number) =>
      Array.from({ length: count }, () => waitMs(() => rates.take('ann'))).filter((wait) => wait === undefined).length;
    expect(passed(150)).toBe(100);
    nowMs += 1_000;
    expect(passed(50)).toBe(20);
    nowMs += 60_000;
    expect(passed(150)).toBe(100);
  });

  it('is told when the next one may come', () => {
    let nowMs = 0;
    const rates = new RateLimiter(20, 100, () => nowMs);
    for (let n = 0; n < 100; n++) rates.take('ann');
    const wait = waitMs(() => rates.take('ann')) ?? 0;
    expect(wait).toBe(50);
    nowMs += wait;
    expect(waitMs(() => rates.take('ann'))).toBeUndefined();
  });

  it('is not slowed by another', () => {
    const rates = new RateLimiter(20, 100, () => 0);
    for (let n = 0; n < 100; n++) rates.take('ann');
    expect(waitMs(() => rates.take('ben'))).toBeUndefined();
  });
});

describe('rate and burst', () => {
  it('are as given, and always let somebody through', () => {
    const passed = (factor: number) => {
      const rates = new RateLimiter(20 * factor, 100 * factor, () => 0);
      return Array.from({ length: 1_000 }, () => waitMs(() => rates.take('ann'))).filter((wait) => wait === undefined)
        .length;
    };
    expect([passed(0.1), passed(2), passed(0.001)]).toEqual([10, 200, 1]);
  });
});

describe('the limiter', () => {
  it('forgets who was not seen for longest when too many come', () => {
    const rates = new RateLimiter(0.2, 1, () => 0);
    rates.take('first');
    rates.take('second');
    expect(waitMs(() => rates.take('first'))).toBeDefined();
    for (let n = 0; n < 99_999; n++) rates.take(`other ${n}`);
    expect(waitMs(() => rates.take('first'))).toBeDefined();
    expect(waitMs(() => rates.take('second'))).toBeUndefined();
  });
});
