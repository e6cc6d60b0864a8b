import { describe, expect, it } from 'vitest';
import { recordingBus } from '../testing/replica.js';
import { Beat } from './beat.js';

function beating(maxPayload?: number) {
  const beat = new Beat('room-1', recordingBus(maxPayload).bus, 3_600_000);
  beat.stop();
  return beat;
}

describe('a beat', () => {
  it('comes with nothing to tell, too', () => {
    const beat = beating();
    expect(beat.next()).toMatchObject({ replica: 'room-1', n: 1, heads: [], members: [], deleted: [] });
    expect(beat.next().n).toBe(2);
  });

  it('tells each thing in two beats in a row, with the newest head', () => {
    const beat = beating();
    beat.head('a', 3);
    beat.head('a', 5);
    beat.head('a', 4);
    beat.member('ann', 'a');
    beat.member('ann', 'a');
    beat.deleted('z');
    const first = beat.next();
    expect(first).toMatchObject({ heads: [['a', 5]], members: [['ann', 'a']], deleted: ['z'] });
    beat.head('a', 4);
    beat.head('b', 1);
    const second = beat.next();
    expect(second).toMatchObject({
      n: 2,
      heads: [
        ['a', 5],
        ['b', 1],
      ],
      members: [['ann', 'a']],
      deleted: ['z'],
    });
    expect(second.incarnation).toBe(first.incarnation);
    expect(beat.next().heads).toEqual([
      ['a', 4],
      ['b', 1],
    ]);
    expect(beat.next()).toMatchObject({ heads: [], members: [], deleted: [] });
  });

  it('tells gateways to sweep when more changed than it can list, and fits into a NATS message', () => {
    const beat = beating();
    for (let second = 0; second < 2; second++) {
      for (let i = 0; i < 20_000; i++) beat.head(`00000000-0000-4000-8000-${String(i).padStart(12, '0')}`, 9e15);
      const told = beat.next();
      expect(told.n).toBe(3 * (second + 1));
      expect(JSON.stringify(told).length).toBeLessThan(1_048_576);
    }
    beat.next();
    expect(beat.next().n).toBe(8);
  });

  it('goes on with rooms it knows when it is full', () => {
    const beat = beating(4_096);
    beat.head('a', 1);
    for (let i = 0; i < 100; i++) beat.head(`r${i}`, 1);
    beat.head('a', 2);
    expect(beat.next().heads).toContainEqual(['a', 2]);
  });

  it('jumps when it is told that something was lost', () => {
    const beat = beating();
    beat.overflow();
    expect(beat.next().n).toBe(3);
  });
});
