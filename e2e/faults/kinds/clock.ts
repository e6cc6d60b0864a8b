// Clocks that jump, of a service or of PostgreSQL: order may not follow them, and `ts` never falls (P12).
import { setTimeout as sleep } from 'node:timers/promises';
import { doors, services } from '../cast.js';
import { Clocks } from '../clocks.js';
import { calm, type Fault, HEAL_MS, type Strike } from '../fault.js';

const STEPS_S = [3_600, -3_600, -86_400] as const;
/** Longer than the time between two leases of a gateway, so that one is taken by the wrong clock. */
const LONGEST_MS = 12_000;

export const clock: Fault = {
  name: 'clock',
  says: 'the clock of a service or of PostgreSQL stepped by an hour either way, or a day back',
  healMs: HEAL_MS.service,
  needs: 'clocks',
  obstacle: () => Clocks.obstacle(),
  plan: (lot, size) => {
    const others = size.isQuick ? [] : [lot.pick(doors), lot.pick(services), lot.pick(services)];
    return ['postgres', 'room-1', ...others].map((part): Strike => {
      const [step, ms] = [lot.pick(STEPS_S), lot.between(2_000, size.isQuick ? 4_000 : LONGEST_MS)];
      return {
        after: calm(lot),
        says: `the clock of ${part} stepped by ${step} s for ${ms} ms`,
        act: async (field) => {
          field.clocks?.set(part, step);
          await sleep(ms);
          field.clocks?.set(part, 0);
        },
      };
    });
  },
};
