import { describe, expect, it, vi } from 'vitest';
import { RepeatedAnswers } from './repeated-answers.js';

describe('a key', () => {
  it('makes repeats, concurrent ones too, one call with one answer', async () => {
    const repeats = new RepeatedAnswers();
    const make = vi.fn(async () => ({ id: make.mock.calls.length }));
    const once = () => repeats.once('ann k', { a: 1 }, make);
    expect(await Promise.all([once(), once()])).toEqual([{ id: 1 }, { id: 1 }]);
    expect(await once()).toEqual({ id: 1 });
  });

  it('is not good for another body', async () => {
    const repeats = new RepeatedAnswers();
    await repeats.once('ann k', { a: 1 }, async () => 1);
    await expect(repeats.once('ann k', { a: 2 }, async () => 2)).rejects.toMatchObject({
      code: 'idempotency_mismatch',
    });
    expect(await repeats.once('ben k', { a: 2 }, async () => 2)).toBe(2);
  });

  it('is held to its request where repeats run again too', async () => {
    const repeats = new RepeatedAnswers();
    const make = vi.fn(async () => make.mock.calls.length);
    const again = (request: object) => repeats.again('ann k', request, make);
    expect([await again({ a: 1 }), await again({ a: 1 })]).toEqual([1, 2]);
    await expect(again({ a: 2 })).rejects.toMatchObject({ code: 'idempotency_mismatch' });
    await expect(repeats.once('ann k', { b: 1 }, make)).rejects.toMatchObject({ code: 'idempotency_mismatch' });
  });

  it('is free again after a failure, and after 24 hours', async () => {
    let nowMs = 0;
    const repeats = new RepeatedAnswers(() => nowMs);
    await expect(repeats.once('ann k', {}, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await repeats.once('ann k', {}, async () => 1)).toBe(1);
    nowMs += 24 * 60 * 60_000;
    expect(await repeats.once('ann k', { other: true }, async () => 2)).toBe(2);
  });
});
