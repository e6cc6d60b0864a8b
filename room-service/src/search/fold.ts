// Text as search compares it: without letter case and without the marks on letters, so that «chào» is found by «chao» and «Привет» by
// «привет». And its grams: every three characters in a row, as numbers, by which PostgreSQL finds where a text may stand.
// No dictionary and no pattern language: every character stands for itself, in any language.

/** Marks that NFKD takes off letters; a few letters it does not take apart. */
const marks = /\p{M}+/gu;
const others: Record<string, string> = { đ: 'd', ø: 'o', ł: 'l', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i' };
const otherLetters = new RegExp(`[${Object.keys(others).join('')}]`, 'g');

export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(marks, '')
    .toLowerCase()
    .replace(marks, '')
    .replace(otherLetters, (letter) => others[letter] ?? letter);

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
