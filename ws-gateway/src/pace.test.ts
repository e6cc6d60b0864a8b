import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';

describe('a room', () => {
  it('that is small writes whenever it has something', () => {
    const pace = new Pace(0.01);
    pace.writes(14, 1_000);
    expect(pace.restMs(1_000)).toBe(0);
  });

  it('that is large rests in proportion to what it wrote, then writes at once', () => {
    const pace = new Pace(0.01);
    expect(pace.restMs(1_000)).toBe(0);
    pace.writes(500, 1_000);
    expect(pace.restMs(1_000)).toBeCloseTo(35);
    expect(pace.restMs(1_030)).toBeCloseTo(5);
    expect(pace.restMs(1_035)).toBe(0);
  });

  it('lets nobody wait longer than 50 ms, however large it is', () => {
    const pace = new Pace(0.01);
    pace.writes(50_000, 1_000);
    expect(pace.restMs(1_000)).toBe(50);
    expect(pace.restMs(2_000)).toBe(50);
    expect(pace.restMs(4_500)).toBe(0);
  });
});
