// The connection between two parts cut: silent in one direction or both, reset, or flapping every 200 ms.
import { setTimeout as sleep } from 'node:timers/promises';
import { wires } from '../cast.js';
import { calm, type Fault, HEAL_MS, type Strike } from '../fault.js';
import type { Cut, Wire } from '../wire.js';

const FLAP_MS = 200;
const CUTS = {
  'one way out': ['out'],
  'one way back': ['back'],
  'both ways': ['out', 'back'],
  reset: 'reset',
} as const;
const HOWS = ['one way out', 'one way back', 'both ways', 'reset', 'flapping'] as const;

export const cut: Fault = {
  name: 'cut',
  says: 'the connection of any two parts cut, one way and both, 1 to 60 s, flapping',
  healMs: HEAL_MS.everything,
  plan: (lot, size) =>
    Array.from({ length: 2 }, (): Strike => {
      const [name, how] = [lot.pick(wires), lot.pick(HOWS)];
      const ms = lot.magnitude(1_000, size.isQuick ? 4_000 : 60_000);
      return {
        after: calm(lot),
        says: `${name} cut, ${how}, for ${ms} ms`,
        act: (field) => (how === 'flapping' ? flap(field.wire(name), ms) : hold(field.wire(name), CUTS[how], ms)),
      };
    }),
};

async function hold(wire: Wire, how: Cut, ms: number): Promise<void> {
  wire.cut(how);
  await sleep(ms);
  wire.cut('whole');
}

async function flap(wire: Wire, ms: number): Promise<void> {
  for (const endMs = Date.now() + ms; Date.now() < endMs; await sleep(FLAP_MS)) {
    wire.cut('reset');
    await sleep(FLAP_MS);
    wire.cut('whole');
  }
}
