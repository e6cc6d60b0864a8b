import { describe, expect, it } from 'vitest';
import { eachBounded } from './bounded.js';

describe('eachBounded', () => {
  it('runs every item once, never more at a time than allowed', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await eachBounded(
      Array.from({ length: 50 }, (_, i) => i),
      4,
      async (item) => {
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
        done.push(item);
      },
    );
    expect(most).toBe(4);
    expect(done.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });

  it('stops at the first error, after those under way', async () => {
    const begun: number[] = [];
    const run = eachBounded([1, 2, 3, 4, 5, 6], 2, async (item) => {
      begun.push(item);
      await Promise.resolve();
      if (item === 2) throw new Error('no');
    });
    await expect(run).rejects.toThrow('no');
    expect(begun.length).toBeLessThan(6);
  });
});
