// Planted faults: each of them has to be found, and nothing else.
import { expect, it } from 'vitest';
import { compareConnections, compareNotifications, HighWater } from './promises.js';

const says = (flaws: readonly { kind: string }[]): string[] => flaws.map(({ kind }) => kind);
const own = { id: 'c1', gateway: 'ws-1' };

it('finds nothing where exactly the living connection is listed', () => {
  expect(compareConnections('ann', 'c1', [own])).toEqual({ ghosts: [], vanished: [] });
});

it('finds the ghost that is listed beside the living connection', () => {
  const { ghosts, vanished } = compareConnections('ann', 'c1', [own, { id: 'c0', gateway: 'ws-2' }]);
  expect([says(ghosts), says(vanished)]).toEqual([['ghost'], []]);
});

it('finds the living connection that is not listed', () => {
  expect(says(compareConnections('ann', 'c1', []).vanished)).toEqual(['vanished']);
});

it('finds the late message nobody was told of, the notification of no message, and the one that stands twice', () => {
  const known = new Set(['r.1', 'r.2', 'r.3']);
  expect(compareNotifications(known, ['r.1', 'r.2'], ['r.1', 'r.2', 'r.3'])).toEqual([]);
  expect(says(compareNotifications(known, ['r.1', 'r.2'], ['r.2']))).toEqual(['untold']);
  expect(says(compareNotifications(known, ['r.1'], ['r.1', 'r.9']))).toEqual(['untold']);
  expect(says(compareNotifications(known, ['r.1'], ['r.1', 'r.1']))).toEqual(['untold']);
});

it('finds the cursor that falls, and not the one that stands', () => {
  const cursors = new HighWater();
  expect([3, 7, 7].flatMap((seq) => cursors.rise('r', 'read of ann', seq))).toEqual([]);
  expect(says(cursors.rise('r', 'read of ann', 6))).toEqual(['fell']);
});
