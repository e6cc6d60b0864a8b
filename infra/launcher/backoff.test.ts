import { expect, it } from 'vitest';
import { Backoff } from './backoff.js';

const atMost = (): number => 1;

it('doubles the wait from half a second up to thirty seconds', () => {
  const backoff = new Backoff(atMost);
  const waits = Array.from({ length: 9 }, () => backoff.next(100));
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

it('spreads the wait between half and all of it', () => {
  expect(new Backoff(() => 0).next(0)).toBe(250);
  expect(new Backoff(() => 0.5).next(0)).toBe(375);
});

it('forgives earlier deaths after half a minute of calm', () => {
  const backoff = new Backoff(atMost);
  for (let i = 0; i < 5; i += 1) backoff.next(100);
  expect(backoff.next(30_000)).toBe(500);
  expect(backoff.next(100)).toBe(1000);
});
