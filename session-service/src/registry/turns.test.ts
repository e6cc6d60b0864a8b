import { describe, expect, it } from 'vitest';
import { Turns } from './turns.js';

describe('turns', () => {
  it('are taken one after the other, by what goes on before what begins', async () => {
    const turns = new Turns();
    const order: string[] = [];
    let running = 0;
    const task = (name: string) => async () => {
      expect(++running).toBe(1);
      await Promise.resolve();
      order.push(name);
      running--;
    };
    await Promise.all([
      turns.run(task('a'), false),
      turns.run(task('b'), false),
      turns.run(task('c'), false),
      turns.run(task('d'), true),
    ]);
    expect(order).toEqual(['a', 'd', 'b', 'c']);
  });

  it('go on after a task that failed', async () => {
    const turns = new Turns();
    const failing = turns.run(() => Promise.reject(new Error('no')), false);
    const next = turns.run(() => Promise.resolve('yes'), false);
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
    expect(await turns.run(() => Promise.resolve('later'), false)).toBe('later');
  });
});
