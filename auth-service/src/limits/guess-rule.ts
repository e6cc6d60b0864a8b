// How guessing at a password is slowed: a few failures are free, then each one costs a wait twice as long as the last.
import { limits } from '@natter/contracts/limits';

/** A failure, and how long after it the next guess is refused (0: it was one of the free ones). */
export interface Failure {
  atMs: number;
  waitMs: number;
}

export const guessWindowMs = limits.loginWindowMs;
const firstWaitMs = 5_000;
const maxWaitMs = limits.loginWindowMs;

/** Milliseconds until the next guess is let through; 0: now. Never above the longest wait, even if a clock was set back. */
export function waitBeforeGuess(last: Failure | null, nowMs: number): number {
  if (last === null || last.waitMs === 0) return 0;
  return Math.min(maxWaitMs, Math.max(0, last.atMs + last.waitMs - nowMs));
}

/**
 * The wait that a failure now brings.
 *
 * @param last the failure before it
 * @param failures how many there were within `guessWindowMs`, this one included
 * @param allowed how many of them are free, the last of which starts the first wait
 */
export function waitAfterFailure(last: Failure | null, failures: number, allowed: number, nowMs: number): number {
  const goesOn = last !== null && last.waitMs > 0 && nowMs < last.atMs + last.waitMs + guessWindowMs;
  if (goesOn) return Math.min(maxWaitMs, last.waitMs * 2);
  return failures >= allowed ? firstWaitMs : 0;
}
