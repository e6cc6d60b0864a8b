// Text as search compares it: without letter case and without the marks on letters, so that «chào» is found by «chao» and «Привет» by
// «привет». No dictionary and no pattern language: every character stands for itself, in any language.

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
