// A seed has to mean the same on every machine, or nobody can look at what somebody else has found.
import { expect, it } from 'vitest';
import { catalogue } from './catalogue.js';
import { planOf } from './run.js';

const written = (name: string, seed: number): string[] => {
  const fault = catalogue.find((one) => one.name === name);
  return fault
    ? planOf(fault, seed, { isQuick: false, stormClients: 5_000, patience: 1 }).map(
        ({ after, says }) => `${after} ${says}`,
      )
    : [];
};

it.each(catalogue.map(({ name }) => name))('draws the same strikes for %s from the same seed', (name) => {
  expect(written(name, 42)).toEqual(written(name, 42));
  expect(written(name, 42).length).toBeGreaterThan(0);
});

it('draws others from another seed', () => {
  expect(written('kill-each', 42)).not.toEqual(written('kill-each', 43));
});

it('kills every process of ours, and lies in wait for both room-services', () => {
  const strikes = written('kill-each', 1).join('\n');
  for (const part of ['auth-1', 'gateway-2', 'notification-2', 'room-1', 'session-2', 'ws-3'])
    expect(strikes).toContain(`kill -9 ${part}, `);
  for (const room of ['room-1', 'room-2']) {
    expect(strikes).toContain(`kill -9 ${room} as it tells of a commit`);
    expect(strikes).toContain(`kill -9 ${room} before it hears of a commit`);
  }
});
