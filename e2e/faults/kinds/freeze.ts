// SIGSTOP, and SIGCONT when everybody has long gone on without: a process that believes no time has passed.
import { setTimeout as sleep } from 'node:timers/promises';
import { doors, everything } from '../cast.js';
import { calm, type Fault, HEAL_MS } from '../fault.js';
import type { Field } from '../field.js';

const SHORTEST_MS = 5_000;
const LONGEST_MS = 60_000;
const QUICK_MS = 6_000;

export const freeze: Fault = {
  name: 'freeze',
  says: 'SIGSTOP of any process for 5 to 60 s, then SIGCONT; a zombie gateway comes back',
  healMs: HEAL_MS.everything, // clients of a frozen gateway notice after their heartbeat, not before
  plan: (lot, { isQuick }) => {
    const part = isQuick || lot.chance(0.4) ? lot.pick(doors) : lot.pick(everything);
    const ms = isQuick ? QUICK_MS : lot.magnitude(SHORTEST_MS, LONGEST_MS);
    const act = async (field: Field): Promise<void> => {
      await field.freeze(part);
      await sleep(ms);
      await field.thaw(part);
    };
    return [{ after: calm(lot), says: `SIGSTOP ${part} for ${ms} ms`, act }];
  },
};
