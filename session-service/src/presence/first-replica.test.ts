import { describe, expect, it } from 'vitest';
import { FirstReplica } from './first-replica.js';

const delays = { silentMs: 30, warmUpMs: 100 };

function start(name: string) {
  const clock = { nowMs: 0 };
  const first = new FirstReplica(name, () => clock.nowMs, delays);
  const at = (nowMs: number, ...heard: string[]) => {
    clock.nowMs = nowMs;
    for (const replica of heard) first.hear({ replica });
    return { isReady: first.isReady, isFirst: first.isFirst };
  };
  return at;
}

describe('the replica that tells presence', () => {
  it('is the only one, once it has listened', () => {
    const at = start('b');
    expect(at(29)).toEqual({ isReady: false, isFirst: false });
    expect(at(30, 'b')).toEqual({ isReady: true, isFirst: true });
  });

  it('is the one with the least name', () => {
    const at = start('b');
    expect(at(100, 'c')).toEqual({ isReady: true, isFirst: true });
    expect(at(110, 'a')).toEqual({ isReady: true, isFirst: false });
  });

  it('leaves the word to one that is there until it knows what that one had in hand', () => {
    const at = start('a');
    expect(at(20, 'b')).toEqual({ isReady: false, isFirst: false });
    expect(at(40, 'b')).toEqual({ isReady: false, isFirst: false });
    expect(at(100, 'b')).toEqual({ isReady: true, isFirst: true });
  });

  it('takes over from one that fell silent', () => {
    const at = start('b');
    expect(at(100, 'a').isFirst).toBe(false);
    expect(at(129).isFirst).toBe(false);
    expect(at(131).isFirst).toBe(true);
  });
});
