// A planted leak: what is said while somebody is out reaches them.
import { expect, it } from 'vitest';
import type { Fact, SeenEvent } from './history.js';
import { checkRemovals } from './removal-checker.js';

const [room, ann, ben] = ['room-0', 'ann', 'ben'];
const at = (seq: number, more: Partial<SeenEvent>): SeenEvent => {
  return { room, seq, ts: '2026-01-01T00:00:00.000Z', type: 'message', sender: ann, ...more };
};
const move = (seq: number, change: string): SeenEvent => at(seq, { type: 'member', target: ben, change });
const log = [move(1, 'joined'), at(2, {}), move(3, 'kicked'), at(4, {}), move(5, 'joined'), at(6, {})];

const asks: Fact = { kind: 'joining', connection: 'rest', user: ben, room };
const opens: Fact = { kind: 'opened', connection: 'ben#1', reader: 'ben', user: ben };
const gets = (seq: number): Fact => {
  return { kind: 'received', connection: 'ben#1', event: log[seq - 1] ?? at(seq, {}) };
};
const leaks = (...facts: Fact[]): (number | undefined)[] => checkRemovals(facts, log).map(({ seq }) => seq);

it('finds nothing where the one who was out is sent what was said meanwhile once they ask to be in again', () => {
  expect(leaks(asks, opens, gets(2), gets(3), asks, gets(5), gets(6))).toEqual([]);
  expect(leaks(asks, opens, gets(2), gets(3), asks, gets(4), gets(5))).toEqual([]);
});

it('finds what reached the one who was out', () => {
  expect(leaks(asks, opens, gets(2), gets(3), gets(4), asks, gets(5))).toEqual([4]);
  expect(leaks(asks, opens, gets(2), gets(4))).toEqual([4]);
});
