import { describe, expect, it } from 'vitest';
import { Tail } from './tail.js';

const frame = (name: string) => Buffer.from(`<${name}>`);
/** A tail behind seq 10 with these events: a name, and the message that it changes. */
function tailOf(...events: [name: string, about?: number][]): Tail {
  const tail = new Tail(10);
  for (const [i, [name, about]] of events.entries()) tail.add(11 + i, frame(name), about);
  return tail;
}
const after = (tail: Tail, seq: number) => tail.after(seq)?.toString();

describe('Tail', () => {
  it('has what came after a seq, while nothing of it is missing', () => {
    const tail = tailOf(['a'], ['b'], ['c']);
    expect([after(tail, 10), after(tail, 12), after(tail, 13), after(tail, 9)]).toEqual([
      '<a><b><c>',
      '<c>',
      undefined,
      undefined,
    ]);
  });

  it('forgets what shows a message as it was before it was changed', () => {
    const tail = tailOf(['a'], ['b'], ['c'], ['delete b', 12]);
    expect(after(tail, 11)).toBe(undefined);
    expect(after(tail, 12)).toBe('<c><delete b>');
    expect(after(tail, 13)).toBe('<delete b>');
  });

  it('forgets earlier edits of it, too, and nothing for a message before all this', () => {
    const tail = tailOf(['a'], ['edit 3', 3], ['c'], ['delete 4', 4], ['delete 3', 3]);
    expect(after(tail, 11)).toBe(undefined);
    expect(after(tail, 12)).toBe('<c><delete 4><delete 3>');
  });

  it('knows what was changed lately', () => {
    const tail = tailOf(['a'], ['edit 3', 3], ['c'], ['delete 4', 4]);
    expect([tail.changedAfter(10), tail.changedAfter(12), tail.changedAfter(14)]).toEqual([[3, 4], [4], []]);
  });

  it('lets the oldest go when it becomes too much', () => {
    const tail = new Tail(0);
    for (let seq = 1; seq <= 5; seq++) tail.add(seq, Buffer.alloc(100_000, String(seq)), undefined);
    expect(tail.after(2)).toBe(undefined);
    expect(tail.after(3)?.length).toBe(200_000);
  });
});
