import { describe, expect, it } from 'vitest';
import { RecentCount } from './recent-count.js';

describe('RecentCount', () => {
  it('is exceeded by one more than its number within the window', () => {
    const count = new RecentCount(3, 1_000);
    expect([0, 10, 20, 30].map((time) => count.add(time))).toEqual([false, false, false, true]);
  });

  it('forgets what is older than the window', () => {
    const count = new RecentCount(2, 1_000);
    expect([0, 500, 1_100, 1_200].map((time) => count.add(time))).toEqual([false, false, false, true]);
  });
});
