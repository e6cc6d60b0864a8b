// The grams of a folded text: every three characters in a row, as numbers, by which PostgreSQL finds where a text may stand.

export const gramChars = 3;

/** Each gram of a folded text once; none when it is shorter than one. Two grams may share a number: what is found is compared besides. */
export function gramsOf(folded: string): number[] {
  const grams = new Set<number>();
  for (let at = 0; at + gramChars <= folded.length; at++) {
    let hash = 0x811c9dc5;
    for (let i = at; i < at + gramChars; i++) hash = Math.imul(hash ^ folded.charCodeAt(i), 0x01000193);
    grams.add(hash | 0);
  }
  return [...grams];
}
