import { describe, expect, it } from 'vitest';
import { fold } from './fold.js';

describe('folding', () => {
  it.each([
    ['Xin CHÀO, Đường Nguyễn Huệ', 'xin chao, duong nguyen hue'],
    ['Привет, Ёлка', 'привет, елка'],
    ['Straße İstanbul ﬁn', 'strasse istanbul fin'],
    ["100%_x\\'*:&", "100%_x\\'*:&"],
    ['👍 ok', '👍 ok'],
    ['The QUICK [fox]\t~ 42', 'the quick [fox]\t~ 42'],
  ])('%j is compared as %j', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it('makes one of composed and decomposed letters', () => {
    expect(fold('chào'.normalize('NFD'))).toBe(fold('chào'.normalize('NFC')));
  });
});
