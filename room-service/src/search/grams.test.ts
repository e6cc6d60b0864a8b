import { fold } from '@natter/contracts/fold';
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

  it('are 32-bit integers, each once, and none of what is too short', () => {
    expect(gramsOf(['aaaaaa', 'aaaa'])).toHaveLength(1);
    expect(gramsOf(['ab', 'cd'])).toHaveLength(0);
    for (const gram of gramsOf(['some text'])) expect(gram).toBe(gram | 0);
  });
});
