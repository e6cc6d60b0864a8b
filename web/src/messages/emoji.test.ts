import { isEmoji } from '@natter/contracts/text';
import { expect, it } from 'vitest';
import { commonEmoji } from './emoji.js';

it('offers only what a reaction may be, each once', () => {
  const emoji = commonEmoji.map(([emoji]) => emoji);
  expect(emoji.filter(isEmoji)).toEqual(emoji);
  expect(new Set(emoji).size).toBe(emoji.length);
});
