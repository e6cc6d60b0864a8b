import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SleepWatch } from './sleep-watch.js';

let nowMs = 0;
let isRead: () => void;
let watch: SleepWatch;

beforeEach(() => {
  vi.useFakeTimers();
  nowMs = 0;
  watch = new SleepWatch(
    () => new Promise<void>((resolve) => (isRead = resolve)),
    () => nowMs,
  );
});
afterEach(() => vi.useRealTimers());

describe('a process', () => {
  it('that is only busy is not waking', () => {
    for (nowMs = 0; nowMs < 60_000; nowMs += 3_000) expect(watch.isWaking).toBe(false);
  });

  it.each([
    ['a call comes', () => watch.isWaking],
    ['its timer runs', () => vi.advanceTimersByTime(500)],
  ])('that slept is waking, when %s first, until all that waited has been read', async (_, happens) => {
    nowMs += 5_000;
    happens();
    expect(watch.isWaking).toBe(true);
    nowMs += 100;
    expect(watch.isWaking).toBe(true);
    isRead();
    await vi.waitFor(() => expect(watch.isWaking).toBe(false));
  });

  it.each([
    ['is refused', () => Promise.reject(new Error('away'))],
    [
      'cannot be asked for yet',
      () => {
        throw new Error('not initialized');
      },
    ],
  ])('goes on when what it waits for %s', async (_, wake) => {
    watch = new SleepWatch(wake, () => nowMs);
    nowMs += 5_000;
    await vi.waitFor(() => expect(watch.isWaking).toBe(false));
  });
});
