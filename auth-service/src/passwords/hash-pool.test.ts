import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HashPool } from './hash-pool.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A job that ends when told to. */
function job() {
  let end = (): void => undefined;
  const run = vi.fn<() => Promise<string>>(() => new Promise((resolve) => (end = () => resolve('done'))));
  return { run, end: () => end() };
}
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('a hash pool', () => {
  const options = { size: 2, maxQueued: 2, maxWaitMs: 3_000, random: () => 0.5 };

  it('runs so many at once, and the rest in the order they came', async () => {
    const pool = new HashPool(options);
    const jobs = [job(), job(), job(), job()];
    const results = jobs.map(({ run }) => pool.run(run));
    await settle();
    expect(jobs.map(({ run }) => run.mock.calls.length)).toEqual([1, 1, 0, 0]);
    expect(pool.queued).toBe(2);
    jobs[1]!.end();
    await settle();
    expect(jobs.map(({ run }) => run.mock.calls.length)).toEqual([1, 1, 1, 0]);
    jobs[0]!.end();
    jobs[2]!.end();
    await settle();
    jobs[3]!.end();
    expect(await Promise.all(results)).toEqual(['done', 'done', 'done', 'done']);
    expect(pool.queued).toBe(0);
  });

  it('turns away at once who finds the queue full, with a time to come back', async () => {
    const pool = new HashPool(options);
    const jobs = [job(), job(), job(), job()];
    for (const { run } of jobs) void pool.run(run);
    const refused = job();
    await expect(pool.run(refused.run)).rejects.toMatchObject({
      code: 'rate_limited',
      details: { retryAfterMs: 2_000 },
    });
    expect(refused.run).not.toHaveBeenCalled();
  });

  it('turns away who waited too long, and gives the place to the next', async () => {
    const pool = new HashPool({ ...options, size: 1 });
    const [slow, impatient, next] = [job(), job(), job()];
    void pool.run(slow.run);
    const refused = expect(pool.run(impatient.run)).rejects.toMatchObject({ code: 'rate_limited' });
    await vi.advanceTimersByTimeAsync(1_000);
    const served = pool.run(next.run);
    await vi.advanceTimersByTimeAsync(2_000);
    await refused;
    slow.end();
    await settle();
    next.end();
    expect(await served).toBe('done');
    expect(impatient.run).not.toHaveBeenCalled();
  });

  it('gives the place back when a job fails', async () => {
    const pool = new HashPool({ ...options, size: 1 });
    await expect(pool.run(() => Promise.reject(new Error('no memory')))).rejects.toThrow('no memory');
    expect(await pool.run(() => Promise.resolve('fine'))).toBe('fine');
  });
});
