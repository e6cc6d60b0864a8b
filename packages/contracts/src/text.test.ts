import { describe, expect, it } from 'vitest';
import { bodyProblem, cleanName, hasVisible, isCleanText } from './text.js';

describe('text', () => {
  it('is clean unless it holds NUL or a lone surrogate', () => {
    expect(isCleanText('👍 \u2028 \u202e עברית')).toBe(true);
    expect(isCleanText('a\u0000b')).toBe(false);
    expect(isCleanText('\ud83d')).toBe(false);
  });
});

describe('a body', () => {
  it('has 1 to 8,000 characters, or none when files come with it', () => {
    expect(bodyProblem('')).toBe('empty');
    expect(bodyProblem('', 1)).toBeUndefined();
    expect(bodyProblem(' ')).toBeUndefined();
    expect(bodyProblem('x'.repeat(8_000))).toBeUndefined();
    expect(bodyProblem('x'.repeat(8_001))).toBe('too_long');
    expect(bodyProblem('xx', 0, 1)).toBe('too_long');
  });
});

describe('a name', () => {
  it('is kept without what could disguise it, and is clean once it was cleaned', () => {
    expect(cleanName('  Ann\t\u202eB\u2028\u00a0\u200bC ')).toBe('Ann B C');
    for (const name of ['שרה \u200d', '👩‍👩‍👧', 'می\u200cخواهم', 'Ångström', 'a\u2067b'])
      expect(cleanName(cleanName(name))).toBe(cleanName(name));
    expect(cleanName('👩‍👩‍👧 می\u200cخواهم')).toBe('👩‍👩‍👧 می\u200cخواهم');
  });

  it('has something to see', () => {
    for (const name of ['a', '.', '👍', 'שרה']) expect(hasVisible(name)).toBe(true);
    for (const name of ['', ' ', '\u200d', '\u3164', '\u2800', '\ufe0f']) expect(hasVisible(name)).toBe(false);
  });
});
