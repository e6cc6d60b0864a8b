import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.js';
import { silentLogger } from './testing/fakes.js';
import { Turn } from './turn.js';

function batcher(maxKeys = 3, fails = () => false) {
  const calls: string[][] = [];
  const load = async (keys: string[]) => {
    calls.push(keys);
    await setImmediate();
    if (fails()) throw new Error('away');
    return new Map(keys.filter((key) => key !== 'none').map((key) => [key, key.toUpperCase()]));
  };
  return { calls, batch: new Batcher(new Turn(silentLogger), load, maxKeys) };
}

describe('Batcher', () => {
  it('asks once for what is asked for in one turn', async () => {
    const { calls, batch } = batcher();
    expect(await Promise.all(['a', 'b', 'a', 'none'].map((key) => batch.get(key)))).toEqual(['A', 'B', 'A', undefined]);
    expect(calls).toEqual([['a', 'b'], ['none']]);
  });

  it('gathers what is asked for in the moment after a call, up to its limit of keys', async () => {
    const { calls, batch } = batcher(2);
    const first = batch.get('a');
    await setImmediate();
    expect(calls).toEqual([['a']]);
    const others = ['b', 'c', 'd'].map((key) => batch.get(key));
    expect(await Promise.all([first, ...others])).toEqual(['A', 'B', 'C', 'D']);
    expect(calls).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('does not wait for a call that takes long', async () => {
    const calls: string[][] = [];
    const load = async (keys: string[]) => {
      calls.push(keys);
      if (keys[0] === 'lost') await new Promise(() => undefined);
      return new Map(keys.map((key) => [key, key.toUpperCase()]));
    };
    const batch = new Batcher(new Turn(silentLogger), load, 10);
    void batch.get('lost');
    await setImmediate();
    expect(await batch.get('b')).toBe('B');
    expect(calls).toEqual([['lost'], ['b']]);
  });

  it('tells everybody of a failure, and asks for less the next time', async () => {
    let away = true;
    const { calls, batch } = batcher(4, () => away);
    const first = await Promise.allSettled(['a', 'b', 'c', 'd'].map((key) => batch.get(key)));
    expect(first.every(({ status }) => status === 'rejected')).toBe(true);
    away = false;
    await Promise.all(['a', 'b', 'c', 'd'].map((key) => batch.get(key)));
    expect(calls.map((keys) => keys.length)).toEqual([4, 2, 2]);
  });
});
