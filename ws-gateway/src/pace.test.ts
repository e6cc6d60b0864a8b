import { describe, expect, it } from 'vitest';
import { Pace } from './pace.js';

describe('a room', () => {
  it('that is small writes whenever it has something', () => {
    const pace = new Pace(0.006);
    pace.writes(30, 1_000);
    expect(pace.restMs(1_000)).toBe(0);
  });

  it('that is large rests in proportion to what it wrote, then writes at once', () => {
    const pace = new Pace(0.01);
    expect(pace.restMs(1_000)).toBe(0);
    pace.writes(500, 1_000);
    expect(pace.restMs(1_000)).toBeCloseTo(25);
    expect(pace.restMs(1_020)).toBeCloseTo(5);
    expect(pace.restMs(1_025)).toBe(0);
  });

  it('rests 50 ms at most', () => {
    const pace = new Pace(0.01);
    pace.writes(50_000, 1_000);
    expect(pace.restMs(1_500)).toBe(50);
    expect(pace.restMs(1_550)).toBe(0);
  });
});
