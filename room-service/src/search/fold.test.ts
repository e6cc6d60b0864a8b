import { describe, expect, it } from 'vitest';
import { fold, gramsOf } from './fold.js';

describe('folding', () => {
  it.each([
    ['Xin CHÀO, Đường Nguyễn Huệ', 'xin chao, duong nguyen hue'],
    ['Привет, Ёлка', 'привет, елка'],
    ['Straße İstanbul ﬁn', 'strasse istanbul fin'],
    ["100%_x\\'*:&", "100%_x\\'*:&"],
    ['👍 ok', '👍 ok'],
  ])('%j is compared as %j', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it('makes one of composed and decomposed letters', () => {
    expect(fold('chào'.normalize('NFD'))).toBe(fold('chào'.normalize('NFC')));
  });
});

describe('grams', () => {
  it('of a part are among those of the whole, in any language', () => {
    const whole = new Set(gramsOf(fold('Xin chào, привет 100%_x')));
    for (const part of ['n ch', 'chao, при', 'вет 100%', '%_x']) {
      expect(gramsOf(part).length).toBeGreaterThan(0);
      expect(gramsOf(part).every((gram) => whole.has(gram))).toBe(true);
    }
  });

  it('are 32-bit integers, each once, and none of what is too short', () => {
    expect(gramsOf('aaaaaa')).toHaveLength(1);
    expect(gramsOf('ab')).toEqual([]);
    for (const gram of gramsOf('some text')) expect(gram).toBe(gram | 0);
  });
});
