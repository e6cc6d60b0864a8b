// Randomness of a run, cut into pieces: every batch of inputs has a generator of its own, made from the seed and its name. So what is
// sent does not depend on which answers came first.
import { createHash } from 'node:crypto';
import { type Seeded, seeded } from '../harness/seeded.js';

export type Lot = Seeded;

/** The generator of one piece; the same for the same seed and name on every machine. */
export function lotOf(seed: number, ...name: readonly (string | number)[]): Lot {
  const digest = createHash('sha256')
    .update(`${seed} ${name.join(' ')}`)
    .digest();
  return seeded(digest.readUInt32BE(0));
}

/** One of several, some more often than others. */
export function weighted<T>(lot: Lot, choices: readonly (readonly [weight: number, choice: T])[]): T {
  const total = choices.reduce((sum, [weight]) => sum + weight, 0);
  let left = lot.next() * total;
  for (const [weight, choice] of choices) {
    left -= weight;
    if (left < 0) return choice;
  }
  const last = choices.at(-1);
  if (last === undefined) throw new Error('there is nothing to choose from');
  return last[1];
}

const hex = (lot: Lot, digits: number): string =>
  Array.from({ length: digits }, () => lot.between(0, 15).toString(16)).join('');

/** A UUID (version 4) nobody has seen before in this run. */
export const uuid = (lot: Lot): string =>
  `${hex(lot, 8)}-${hex(lot, 4)}-4${hex(lot, 3)}-${lot.pick(['8', '9', 'a', 'b'])}${hex(lot, 3)}-${hex(lot, 12)}`;

const crockford = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export const ulid = (lot: Lot): string =>
  lot.between(0, 7) + Array.from({ length: 25 }, () => crockford[lot.between(0, 31)]).join('');

export function bytes(lot: Lot, length: number): Buffer {
  const made = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) made[at] = lot.between(0, 255);
  return made;
}
