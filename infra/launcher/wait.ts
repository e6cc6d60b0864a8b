// Waiting, always with an end: every wait of the launcher goes through one of these two.
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks again and again until the answer is yes.
 *
 * @param everyMs pause between two questions
 * @returns false when `timeoutMs` passed without a yes
 */
export async function waitUntil(
  isSo: () => boolean | Promise<boolean>,
  timeoutMs: number,
  everyMs = 50,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    if (await isSo()) return true;
    if (Date.now() >= deadline) return false;
    await sleep(everyMs);
  }
}

/** Waits for a promise, but no longer than `timeoutMs`; false when time ran out first. */
export async function waitFor(promise: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  const timer = new AbortController();
  const timeout = sleep(timeoutMs, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), timeout]);
  } finally {
    timer.abort();
  }
}
