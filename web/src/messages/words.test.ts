import { describe, expect, it } from 'vitest';
import { reactedText, seenText, sizeText, typingText } from './words.js';

describe('who writes', () => {
  it.each([
    [[], ''],
    [['Ann'], 'Ann is writing…'],
    [[undefined], 'Somebody is writing…'],
    [['ann', 'Ben'], 'ann and Ben are writing…'],
    [['Ann', undefined, 'Ben'], 'Ann, somebody, and Ben are writing…'],
    [['a', 'b', 'c', 'd'], '4 people are writing…'],
  ] as const)('is said of %j', (names, text) => {
    expect(typingText(names)).toBe(text);
  });
});

describe('who has read it', () => {
  it.each([
    [[], ''],
    [['Ann'], 'Seen by Ann'],
    [['Ann', 'Ben'], 'Seen by Ann and Ben'],
    [['a', 'b', 'c', 'd'], 'Seen by 4'],
  ] as const)('is said of %j', (names, text) => {
    expect(seenText(names)).toBe(text);
  });
});

describe('who reacted', () => {
  it.each([
    [[], true, 0, 'you'],
    [['Ann'], true, 0, 'you and Ann'],
    [['Ann', 'Ben', 'Eve', 'Ida'], false, 0, 'Ann, Ben, Eve, and 1 other'],
    [['Ann'], true, 5, 'you, Ann, and 5 others'],
    [[], false, 1, 'somebody'],
    [[], false, 7, '7 people'],
  ] as const)('is said of %j', (names, isMine, unknown, text) => {
    expect(reactedText(names, isMine, unknown)).toBe(text);
  });
});

describe('the size of a file', () => {
  it.each([
    [0, '0 bytes'],
    [1, '1 byte'],
    [999, '999 bytes'],
    [1_024, '1 KB'],
    [1_500, '1.5 KB'],
    [40_009, '39 KB'],
    [26_214_400, '25 MB'],
  ])('%i is %s', (bytes, words) => expect(sizeText(bytes)).toBe(words));
});
