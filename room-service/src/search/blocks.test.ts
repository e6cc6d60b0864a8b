import { describe, expect, it } from 'vitest';
import { blockLimits, blocksOf, charsOf, partsOf, type SearchedMessage } from './blocks.js';

const message = (seq: number, at = 0, room = 'a', text = 'text'): SearchedMessage => ({
  room,
  seq,
  at,
  sender: 'ann',
  text,
});
const seqsOf = (messages: SearchedMessage[]) => blocksOf(messages).map((block) => block.map(({ seq }) => seq));

describe('blocks', () => {
  it('hold what one room said within seconds, however rooms alternate', () => {
    const { seconds } = blockLimits;
    const early = [message(1), message(1, 0, 'b'), message(2, seconds - 0.001), message(2, 1, 'b')];
    expect(seqsOf([...early, message(3, seconds), message(3, 2, 'b')])).toEqual([[1, 2], [1, 2, 3], [3]]);
  });

  it('are cut by how many messages they hold, and how much text', () => {
    const many = Array.from({ length: blockLimits.messages + 1 }, (_, seq) => message(seq));
    expect(blocksOf(many).map(({ length }) => length)).toEqual([blockLimits.messages, 1]);
    const long = 'x'.repeat(blockLimits.chars);
    expect(seqsOf([message(1), message(2, 0, 'a', long), message(3, 0, 'a', ''), message(4)])).toEqual([
      [1],
      [2, 3],
      [4],
    ]);
    expect(seqsOf([message(1, 0, 'a', `${long}x`), message(2)])).toEqual([[1], [2]]);
  });

  it('are written in parts that stay small', () => {
    const blocks = blocksOf([3, 3, 1, 9, 1].map((length, room) => message(1, 0, `${room}`, 'x'.repeat(length))));
    expect([...partsOf(blocks, charsOf, 5)].map((part) => part.length)).toEqual([2, 2, 1]);
    expect([...partsOf([], charsOf, 5)]).toEqual([]);
  });
});
