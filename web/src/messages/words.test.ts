import { describe, expect, it } from 'vitest';
import { seenText, typingText } from './words.js';

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
