// The grams of folded texts: every three characters in a row, as numbers, by which PostgreSQL finds where a text may stand.

import { randomInt } from 'node:crypto';

export const gramChars = 3;

/** Offset basis and prime of FNV-1a with 32 bits. */
const [basis, prime] = [0x811c9dc5, 0x01000193];
/** Odd. Where grams stand in a table is nothing that somebody who writes messages can foresee: those of one block could all meet in one place. */
const salt = randomInt(2 ** 31) * 2 + 1;

/**
 * Each gram of folded texts once, in order; none of a text that is shorter than one. Two grams may share a number: what is found is compared besides.
 * Messages repeat most of what they have: to drop that first, in a table at most half full, takes two fifths of the time that sorting all of it takes.
 */
export function gramsOf(texts: readonly string[]): Int32Array {
  const most = texts.reduce((sum, { length }) => sum + Math.max(length - gramChars + 1, 0), 0);
  const grams = new Int32Array(most);
  let count = 0;
  const bits = 33 - Math.clz32(most);
  const mask = 2 ** bits - 1;
  /** Where a gram stands in `grams`, from 1; 0: nowhere. */
  const places = new Int32Array(mask + 1);
  for (const text of texts) {
    let [first, second] = [text.charCodeAt(0), text.charCodeAt(1)];
    for (let at = gramChars - 1; at < text.length; at++) {
      const third = text.charCodeAt(at);
      const gram = Math.imul(Math.imul(Math.imul(basis ^ first, prime) ^ second, prime) ^ third, prime);
      [first, second] = [second, third];
      let slot = Math.imul(gram, salt) >>> (32 - bits);
      while (places[slot] !== 0 && grams[places[slot]! - 1] !== gram) slot = (slot + 1) & mask;
      if (places[slot] !== 0) continue;
      grams[count] = gram;
      places[slot] = ++count;
    }
  }
  return grams.subarray(0, count).sort();
}
