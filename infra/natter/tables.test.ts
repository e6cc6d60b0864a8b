import { expect, it } from 'vitest';
import { copied, inOrder } from './tables.js';

it('a table comes after those it refers to', () => {
  const tables = [
    { name: 'bans', refersTo: ['rooms'] },
    { name: 'invites', refersTo: ['members'] },
    { name: 'members', refersTo: ['rooms'] },
    { name: 'rooms', refersTo: [] },
  ];
  expect(inOrder(tables).map(({ name }) => name)).toEqual(['rooms', 'bans', 'members', 'invites']);
});

it('tables in a circle are no order', () => {
  expect(() =>
    inOrder([
      { name: 'a', refersTo: ['b'] },
      { name: 'b', refersTo: ['a'] },
    ]),
  ).toThrow('circle');
});

it('odd names are quoted', () => {
  expect(copied({ name: 'odd"name', columns: ['a', 'B c'] })).toBe('public."odd""name" ("a", "B c")');
});
