import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asMultirange, holds, rangesOf } from './seq-ranges.js';

describe('ranges of seqs', () => {
  it('hold exactly the seqs they were made of', () => {
    const seqs = fc.array(fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(seqs, (list) => {
        const ranges = rangesOf(list);
        for (let seq = 0; seq <= 61; seq++) expect(holds(ranges, seq)).toBe(list.includes(seq));
      }),
    );
  });

  it('are as few as can be, and rise', () => {
    expect(rangesOf([7, 3, 1, 2, 3, 9])).toEqual([
      [1, 3],
      [7, 7],
      [9, 9],
    ]);
  });

  it('are written as PostgreSQL reads them', () => {
    expect(asMultirange([])).toBe('{}');
    expect(
      asMultirange([
        [1, 3],
        [7, 7],
      ]),
    ).toBe('{[1,3],[7,7]}');
  });
});
