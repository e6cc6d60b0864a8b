// The grams of folded texts: every three characters in a row, as numbers, by which PostgreSQL finds where a text may stand.

export const gramChars = 3;

/** Each gram of folded texts once, in order; none of a text that is shorter than one. Two grams may share a number: what is found is compared besides. */
export function gramsOf(texts: readonly string[]): Int32Array {
  const all = new Int32Array(texts.reduce((sum, { length }) => sum + Math.max(length - gramChars + 1, 0), 0));
  let end = 0;
  for (const text of texts)
    for (let at = 0; at <= text.length - gramChars; at++) {
      let hash = 0x811c9dc5;
      for (let i = at; i < at + gramChars; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
      all[end++] = hash;
    }
  all.sort();
  let count = 0;
  for (const gram of all) if (count === 0 || gram !== all[count - 1]) all[count++] = gram;
  return all.subarray(0, count);
}
