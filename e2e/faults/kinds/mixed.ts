// Two to four faults at once, drawn by lot, under a load many times as fast: this is the row that
// counts to a million.
import { calm, type Fault, HEAL_MS, type Strike } from '../fault.js';
import { shuffled } from './shuffled.js';

const STRIKES = 3;

/** @param others what to mix: faults that need no system of their own */
export const mixedOf = (others: readonly Fault[]): Fault => ({
  name: 'mixed',
  says: 'two to four of the others at once',
  healMs: HEAL_MS.everything,
  sendsPerS: 2_000,
  plan: (lot, size) =>
    Array.from({ length: size.isQuick ? 1 : STRIKES }, (): Strike => {
      const chosen = shuffled(lot, others).slice(0, lot.between(2, 4));
      const strikes = chosen.map((fault) => lot.pick(fault.plan(lot, size).filter(({ isLonely }) => !isLonely)));
      return {
        after: size.isQuick ? calm(lot) : lot.between(8_000, 30_000),
        says: strikes.map(({ says }) => says).join(' + '),
        act: async (field, load) => {
          const ends = await Promise.allSettled(strikes.map(({ act }) => act(field, load, size)));
          for (const end of ends) if (end.status === 'rejected') throw end.reason;
        },
      };
    }),
});
