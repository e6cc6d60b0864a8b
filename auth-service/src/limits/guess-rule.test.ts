import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Failure, guessWindowMs, waitAfterFailure, waitBeforeGuess } from './guess-rule.js';

const allowed = 5;
const minute = 60_000;

/** Guesses wrongly at the times given; says which guesses were let through, and what the last failure brought. */
function play(timesMs: number[]): { passed: number[]; last: Failure | null } {
  const failures: Failure[] = [];
  for (const atMs of timesMs) {
    const last = failures.at(-1) ?? null;
    if (waitBeforeGuess(last, atMs) > 0) continue;
    const recent = failures.filter((failure) => failure.atMs > atMs - guessWindowMs).length + 1;
    failures.push({ atMs, waitMs: waitAfterFailure(last, recent, allowed, atMs) });
  }
  return { passed: failures.map((failure) => failure.atMs), last: failures.at(-1) ?? null };
}

describe('a guess', () => {
  it('is free up to the fifth failure within 15 minutes', () => {
    expect(play([0, 1, 2, 3]).last).toMatchObject({ waitMs: 0 });
    expect(play([0, 1, 2, 3, 4]).last).toMatchObject({ waitMs: 5_000 });
    expect(play([0, 4, 8, 12, 17].map((m) => m * minute)).last).toMatchObject({ waitMs: 0 });
  });

  it('costs a wait that doubles with each failure up to 15 minutes', () => {
    const waits: number[] = [];
    let times = [0, 0, 0, 0, 0];
    for (let i = 0; i < 10; i++) {
      const { last } = play(times);
      waits.push(last!.waitMs);
      times = [...times, last!.atMs + last!.waitMs];
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900, 900].map((seconds) => seconds * 1_000));
  });

  it('is free again when nobody has guessed for 15 minutes after a wait', () => {
    const early = play([0, 0, 0, 0, 0, 5_000 + 15 * minute - 1]);
    expect(early.last).toMatchObject({ waitMs: 10_000 });
    const late = play([0, 0, 0, 0, 0, 5_000 + 15 * minute]);
    expect(late.last).toMatchObject({ waitMs: 0 });
  });

  it('is never put off longer than 15 minutes, even when the clock is set back', () => {
    expect(waitBeforeGuess({ atMs: 1e12, waitMs: 5_000 }, 0)).toBe(15 * minute);
  });

  it('is let through at most as often as the free ones and the doubling waits allow', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 200, maxLength: 2_000, size: 'max' }),
        (gaps) => {
          let nowMs = 0;
          const { passed } = play(gaps.map((gap) => (nowMs += gap)));
          // In any 15 minutes: five free ones and seven that end waits of 5, 10 … 320 s, once more if a wait began before.
          for (const start of passed) {
            const inWindow = passed.filter((atMs) => atMs >= start && atMs < start + 15 * minute);
            expect(inWindow.length).toBeLessThanOrEqual(13);
          }
        },
      ),
      { numRuns: 50 },
    );
  });
});
