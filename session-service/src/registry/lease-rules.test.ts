import { describe, expect, it } from 'vitest';
import { judge, type StoredLease } from './lease-rules.js';

const lease: StoredLease = {
  incarnation: 'b',
  started_at: 20,
  renewed_at: 0,
  store: 'today',
  fulls: 1,
  floors: { connections: 0, interest: 0 },
};
const claim = (incarnation: string, started_at: number, full?: 'first' | 'more') => ({ incarnation, started_at, full });

describe('a claim', () => {
  it('of nobody known is asked to register in full, and may then have the lease', () => {
    expect(judge(claim('b', 20), null, 'today')).toBe('anew');
    expect(judge(claim('b', 20, 'more'), null, 'today')).toBe('anew');
    expect(judge(claim('b', 20, 'first'), null, 'today')).toBe('take');
  });

  it('of the holder stands, and may begin in full again', () => {
    expect(judge(claim('b', 20), lease, 'today')).toBe('held');
    expect(judge(claim('b', 20, 'more'), lease, 'today')).toBe('held');
    expect(judge(claim('b', 20, 'first'), lease, 'today')).toBe('take');
  });

  it('of the holder counts for nothing after the store was lost', () => {
    expect(judge(claim('b', 20), lease, 'tomorrow')).toBe('anew');
    expect(judge(claim('b', 20, 'first'), lease, 'tomorrow')).toBe('take');
  });

  it('of an older start is refused, even in full, even after the store was lost', () => {
    for (const full of [undefined, 'first', 'more'] as const) {
      expect(judge(claim('a', 10, full), lease, 'today')).toBe('stale');
      expect(judge(claim('a', 10, full), lease, 'tomorrow')).toBe('stale');
    }
  });

  it('of a start at the same instant is refused: who came first holds', () => {
    expect(judge(claim('c', 20, 'first'), lease, 'today')).toBe('stale');
  });

  it('of a newer start takes the lease once it registers in full', () => {
    expect(judge(claim('c', 30), lease, 'today')).toBe('anew');
    expect(judge(claim('c', 30, 'first'), lease, 'today')).toBe('take');
  });
});
