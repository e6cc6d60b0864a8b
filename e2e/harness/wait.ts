// Tests wait for a condition, never for a time: this is the one place that asks again and again.
import { setTimeout as sleep } from 'node:timers/promises';

/** What a healthy system does well within; only a broken one waits it out. */
export const PATIENCE_MS = 20_000;

/**
 * Asks until the answer is neither false, null nor undefined, and returns it.
 *
 * @param what completes «waited in vain until …» in the error; also carries the last error of `check`
 */
export async function until<T>(
  what: string,
  check: () => Promise<T | false | null | undefined> | T | false | null | undefined,
  timeoutMs = PATIENCE_MS,
  everyMs = 50,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let fault: unknown; ; ) {
    try {
      const answer = await check();
      if (answer !== false && answer !== null && answer !== undefined) return answer;
    } catch (error) {
      fault = error;
    }
    if (Date.now() >= deadline) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`, { cause: fault });
    await sleep(everyMs);
  }
}

/** The promise's result, or an error that says what did not happen in time. */
export async function within<T>(what: string, promise: Promise<T>, timeoutMs = PATIENCE_MS): Promise<T> {
  const timer = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer.abort();
    late.catch(() => undefined);
  }
}
