import { describe, expect, it } from 'vitest';
import { bodyProblem, isCleanText } from './text.js';

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
