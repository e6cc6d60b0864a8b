import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.js';
import { silentLogger } from './testing/fakes.js';
import { Turn } from './turn.js';

function batcher(bounds = { keys: 3, calls: 2 }, fails = () => false) {
  const calls: string[][] = [];
  const load = async (keys: string[]) => {
    calls.push(keys);
    await setImmediate();
    if (fails()) throw new Error('away');
    return new Map(keys.filter((key) => key !== 'none').map((key) => [key, key.toUpperCase()]));
  };
  return { calls, batch: new Batcher(new Turn(silentLogger), load, bounds) };
}

describe('Batcher', () => {
  it('asks once for what is asked for in one turn', async () => {
    const { calls, batch } = batcher();
    expect(await Promise.all(['a', 'b', 'a', 'none'].map((key) => batch.get(key)))).toEqual(['A', 'B', 'A', undefined]);
    expect(calls).toEqual([['a', 'b'], ['none']]);
  });

  it('keeps to its limits of keys and calls', async () => {
    const { calls, batch } = batcher({ keys: 2, calls: 1 });
    const all = Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => batch.get(key)));
    await setImmediate();
    expect(calls).toHaveLength(1);
    expect(await all).toEqual(['A', 'B', 'C', 'D', 'E']);
    expect(calls.map((keys) => keys.length)).toEqual([2, 2, 1]);
  });

  it('tells everybody of a failure, and asks for less the next time', async () => {
    let away = true;
    const { calls, batch } = batcher({ keys: 4, calls: 1 }, () => away);
    const first = await Promise.allSettled(['a', 'b', 'c', 'd'].map((key) => batch.get(key)));
    expect(first.every(({ status }) => status === 'rejected')).toBe(true);
    away = false;
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => batch.get(key)));
    expect(calls.map((keys) => keys.length)).toEqual([4, 2, 2]);
  });
});
