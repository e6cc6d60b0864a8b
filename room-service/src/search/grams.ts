// The grams of a folded text: every three characters in a row, as numbers, by which PostgreSQL finds where a text may stand.

export const gramChars = 3;

/** Each gram of a folded text once, in order; none when it is shorter than one. Two grams may share a number: what is found is compared besides. */
export function gramsOf(folded: string): Int32Array {
  const all = new Int32Array(Math.max(folded.length - gramChars + 1, 0));
  for (let at = 0; at < all.length; at++) {
    let hash = 0x811c9dc5;
    for (let i = at; i < at + gramChars; i++) hash = Math.imul(hash ^ folded.charCodeAt(i), 0x01000193);
    all[at] = hash;
  }
  all.sort();
  let count = 0;
  for (const gram of all) if (count === 0 || gram !== all[count - 1]) all[count++] = gram;
  return all.subarray(0, count);
}
