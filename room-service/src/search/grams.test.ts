import { fold } from '@natter/contracts/fold';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gramsOf } from './grams.js';

describe('grams', () => {
  it('of a part are among those of the whole, in any language', () => {
    const whole = new Set(gramsOf([fold('Xin chào, привет'), fold('100%_x')]));
    for (const part of ['n ch', 'chao, при', 'вет', '%_x']) {
      expect(gramsOf([part]).length).toBeGreaterThan(0);
      expect(gramsOf([part]).every((gram) => whole.has(gram))).toBe(true);
    }
  });

  it('are all there are, each once, in order', () => {
    // Few letters, so that grams meet again; and any, so that they share places in the table.
    const text = fc.oneof(fc.string({ unit: fc.constantFrom('a', 'b', 'c') }), fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        const parts = texts.flatMap((one) =>
          Array.from({ length: Math.max(one.length - 2, 0) }, (_, at) => one.slice(at, at + 3)),
        );
        const each = new Set(parts.map((part) => gramsOf([part])[0]!));
        expect([...gramsOf(texts)]).toEqual([...each].toSorted((a, b) => a - b));
      }),
    );
  });

  it('have the numbers they were stored with', () => {
    expect([...gramsOf(['abcd'])]).toEqual([440_920_331, 1_958_475_554]);
  });

  it('are 32-bit integers, each once, and none of what is too short', () => {
    expect(gramsOf(['aaaaaa', 'aaaa'])).toHaveLength(1);
    expect(gramsOf(['ab', 'cd'])).toHaveLength(0);
    for (const gram of gramsOf(['some text'])) expect(gram).toBe(gram | 0);
  });
});
