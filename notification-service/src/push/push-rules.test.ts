import { describe, expect, it } from 'vitest';
import { backOff, pushInterval } from './push-rules.js';

describe('pushes about one room', () => {
  it('come soon enough after one another for a message to be told within 30 s', () => {
    for (let streak = 0; streak <= 20; streak++) expect(pushInterval(streak)).toBeLessThanOrEqual(15_000);
  });

  it('grow rare when nobody comes, but do not stop', () => {
    expect(pushInterval(22)).toBe(60_000);
    expect(pushInterval(1_000_000)).toBe(15 * 60_000);
  });
});

describe('a device that does not answer', () => {
  it('is left alone for longer each time', () => {
    expect(backOff(0)).toBeLessThanOrEqual(4_000);
    expect(backOff(5)).toBeGreaterThan(60_000);
    expect(backOff(1_000)).toBeLessThanOrEqual(3_600_000);
  });

  it('is left alone as long as its push service asks, up to a day', () => {
    expect(backOff(0, 120_000)).toBe(120_000);
    expect(backOff(0, Number.MAX_SAFE_INTEGER)).toBe(24 * 3_600_000);
  });
});
