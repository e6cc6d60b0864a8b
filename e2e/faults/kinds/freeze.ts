// SIGSTOP, and SIGCONT when everybody has long gone on without: a process that believes no time has passed.
import { setTimeout as sleep } from 'node:timers/promises';
import { doors, everything } from '../cast.js';
import { calm, type Fault, HEAL_MS } from '../fault.js';

export const freeze: Fault = {
  name: 'freeze',
  says: 'SIGSTOP of any process for 5 to 60 s, then SIGCONT; a zombie gateway comes back',
  healMs: HEAL_MS.everything, // clients of a frozen gateway notice after their heartbeat, not before
  plan: (lot, size) => {
    const isQuick = size.isQuick;
    const victims = isQuick ? [lot.pick(doors)] : [lot.pick(doors), lot.pick(everything)];
    return victims.map((part) => {
      const ms = isQuick ? 6_000 : lot.between(5_000, 60_000);
      return {
        after: calm(lot),
        says: `SIGSTOP ${part} for ${ms} ms`,
        act: async (field) => {
          await field.freeze(part);
          await sleep(ms);
          await field.thaw(part);
        },
      };
    });
  },
};
