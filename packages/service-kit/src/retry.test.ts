import { describe, expect, it } from 'vitest';
import { retryDelay } from './retry.js';

describe('waits between tries', () => {
  it('grow, spread over the upper half, and stop at their limit', () => {
    expect(retryDelay(0, 200, 5_000, () => 0)).toBe(100);
    expect(retryDelay(0, 200, 5_000, () => 1)).toBe(200);
    expect(retryDelay(3, 200, 5_000, () => 1)).toBe(1_600);
    expect(retryDelay(99, 200, 5_000, () => 1)).toBe(5_000);
  });
});
