// Randomness that can be had again: a run prints its seed, NATTER_SEED repeats it.
import { randomInt } from 'node:crypto';

export interface Seeded {
  readonly seed: number;
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from `from` to `to`, both possible. */
  between(from: number, to: number): number;
  /** A whole number likewise, each order of magnitude as likely: short times differ from each other as long ones do. */
  magnitude(from: number, to: number): number;
  pick<T>(items: readonly T[]): T;
  chance(probability: number): boolean;
}

/** The seed given by the environment, else a fresh one. */
export function chosenSeed(): number {
  const given = Number(process.env['NATTER_SEED']);
  return Number.isSafeInteger(given) && given > 0 ? given : randomInt(1, 2 ** 31);
}

/** The generator known as mulberry32: small, and even enough to choose faults by. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number): number => from + Math.floor(next() * (to - from + 1));
  return {
    seed,
    next,
    between,
    magnitude: (from, to) => Math.round(from * (to / from) ** next()),
    pick: <T>(items: readonly T[]): T => {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new Error('there is nothing to pick from');
      return item;
    },
    chance: (probability) => next() < probability,
  };
}
