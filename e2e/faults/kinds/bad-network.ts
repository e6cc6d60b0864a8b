// A bad network between clients and gateways: 500 ms and 20 % loss; and sockets that die without a word, which the
// gateway has to find by itself within 60 s (P15).
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../../harness/seeded.js';
import { doors } from '../cast.js';
import { calm, type Fault, HEAL_MS, type Strike } from '../fault.js';

export const badNetwork: Fault = {
  name: 'bad-network',
  says: '20 % loss and 500 ms latency; half-open sockets without FIN',
  healMs: HEAL_MS.everything,
  plan: (lot, size) => {
    const isQuick = size.isQuick;
    const seed = lot.between(1, 2 ** 31);
    const slowMs = isQuick ? 5_000 : lot.between(10_000, 30_000);
    const slow: Strike = {
      after: calm(lot),
      says: `every client 500 ms away, 20 % lost, for ${slowMs} ms`,
      act: async (field) => {
        for (const wire of field.wires(/^clients-/)) wire.weather = { delayMs: 500, loss: 0.2, lot: seeded(seed) };
        await sleep(slowMs);
      },
    };
    const [door, silentMs] = [lot.pick(doors), isQuick ? 5_000 : 70_000];
    const halfOpen: Strike = {
      after: calm(lot),
      says: `every client of ${door} gone without FIN for ${silentMs} ms`,
      act: async (field) => {
        const wire = field.wire(`clients-${door}`);
        wire.cut(['out', 'back']);
        await sleep(silentMs);
      },
    };
    return [slow, halfOpen];
  },
};
