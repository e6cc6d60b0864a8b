import { expect, it } from 'vitest';
import { watchStolenTime } from './stolen-time.js';

/** As Linux writes it, with guest time behind, which is part of user time. */
const stat = (user: number, idle: number, steal: number) =>
  `cpu  ${user} 0 10 ${idle} 5 0 1 ${steal} 99 0\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 1\n`;

it('tells the share of the time that others had', () => {
  const said = [stat(100, 500, 40), stat(150, 530, 60), stat(250, 530, 60)];
  const stolen = watchStolenTime(() => said.shift() ?? '');
  expect(stolen()).toBeCloseTo(0.2);
  expect(stolen()).toBeCloseTo(0.1);
});

it('tells of none where nothing has passed, and where nothing is known', () => {
  expect(watchStolenTime(() => stat(1, 1, 1))()).toBe(0);
  expect(watchStolenTime(() => '')()).toBe(0);
});
