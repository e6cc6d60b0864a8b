// Text as search compares it: without letter case and without the marks on letters, so that «chào» is found by «chao» and «Привет» by
// «привет». No dictionary and no pattern language: every character stands for itself, in any language.

/** Marks that NFKD takes off letters; a few letters it does not take apart. */
const marks = /\p{M}+/gu;
const others: Record<string, string> = { đ: 'd', ø: 'o', ł: 'l', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i' };
const otherLetters = new RegExp(`[${Object.keys(others).join('')}]`, 'g');

const hasOnlyAscii = (text: string): boolean => !/[^\0-\x7f]/.test(text);

/** Nothing of ASCII is taken apart, and most texts have nothing else: a third of the time. */
export const fold = (text: string): string => (hasOnlyAscii(text) ? text.toLowerCase() : foldAny(text));

const foldAny = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(marks, '')
    .toLowerCase()
    .replace(marks, '')
    .replace(otherLetters, (letter) => others[letter] ?? letter);
