import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Backoff } from './backoff.js';
import { ManualClock } from './testing/manual-clock.js';

const ceilings = (backoff: Backoff, tries: number) => Array.from({ length: tries }, () => backoff.nextMs());

it('doubles the ceiling up to 30 s', () => {
  const backoff = new Backoff({ clock: new ManualClock(), random: () => 1 });
  expect(ceilings(backoff, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
});

it('waits anything between nothing and the ceiling', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999_999, noNaN: true }), fc.nat(60), (random, tries) => {
      const backoff = new Backoff({ clock: new ManualClock(), random: () => random });
      const waitMs = ceilings(backoff, tries + 1).at(-1)!;
      expect(waitMs).toBeCloseTo(random * Math.min(30_000, 500 * 2 ** tries), 5);
    }),
  );
});

it('starts anew after 30 s of calm, not before', async () => {
  const clock = new ManualClock();
  const backoff = new Backoff({ clock, random: () => 1 });
  ceilings(backoff, 3);
  backoff.succeeded();
  await clock.advance(29_000);
  expect(backoff.nextMs()).toBe(4_000);
  backoff.succeeded();
  await clock.advance(30_000);
  expect(backoff.nextMs()).toBe(500);
});
