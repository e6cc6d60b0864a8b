// Two to four faults at once, drawn by lot.
import { type Fault, HEAL_MS, type Strike } from '../fault.js';
import { shuffled } from './shuffled.js';

/** @param others what to mix: faults that need no system of their own */
export const mixedOf = (others: readonly Fault[]): Fault => ({
  name: 'mixed',
  says: 'two to four of the others at once',
  healMs: HEAL_MS.everything,
  plan: (lot, size) =>
    Array.from({ length: size.isQuick ? 1 : 3 }, (): Strike => {
      const chosen = shuffled(lot, others).slice(0, lot.between(2, 4));
      const strikes = chosen.map((fault) => lot.pick(fault.plan(lot, size).filter(({ isLonely }) => !isLonely)));
      return {
        after: Math.max(...strikes.map(({ after }) => after)),
        says: strikes.map(({ says }) => says).join(' + '),
        act: async (field, load) => {
          const ends = await Promise.allSettled(strikes.map(({ act }) => act(field, load)));
          for (const end of ends) if (end.status === 'rejected') throw end.reason;
        },
      };
    }),
});
