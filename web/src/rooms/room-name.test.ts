import { expect, it } from 'vitest';
import { roomNameFrom } from './room-name.js';

it.each([
  ['Tea and biscuits', 'tea-and-biscuits'],
  ['  Über—Café! ', 'uber-cafe'],
  ['日本', ''],
  ['-_x', 'x'],
  [`${'a'.repeat(63)} b`, 'a'.repeat(63)],
])('makes «%s» into «%s»', (title, name) => {
  expect(roomNameFrom(title)).toBe(name);
});
