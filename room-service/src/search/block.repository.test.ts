import type { EntityManager } from 'typeorm';
import { expect, it } from 'vitest';
import { insertBlocks } from './block.repository.js';
import { blockLimits, type Block } from './blocks.js';

it('blocks are written by statements none of which takes up more than it has time for', async () => {
  const written: number[][] = [];
  const manager = {
    query: (_: string, [, seqs]: [unknown, Buffer]) => Promise.resolve(written.push(bigintsOf(seqs))),
  } as unknown as EntityManager;
  const text = 'x'.repeat(blockLimits.chars);
  const blocks = Array.from(
    { length: 10 },
    (_, seq): Block => [
      {
        room: '9f6d3f2e-35f9-4a52-8f43-0a5c7f3c1f10',
        seq,
        at: 0,
        sender: '9f6d3f2e-35f9-4a52-8f43-0a5c7f3c1f11',
        text,
      },
    ],
  );
  await insertBlocks(manager, blocks);
  expect(written.flat()).toEqual(blocks.map(([first]) => first!.seq));
  // 50,000 characters, and what is left of the block that goes over it.
  expect(Math.max(...written.map(({ length }) => length * text.length))).toBeLessThan(50_000 + text.length);
});

/** What `bigintArray` made. */
const bigintsOf = (array: Buffer): number[] =>
  Array.from({ length: (array.length - 20) / 12 }, (_, n) => Number(array.readBigInt64BE(20 + n * 12 + 4)));
