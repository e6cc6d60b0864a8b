// A power cut for everything but the disks: all processes die in one instant and start in any order.
import { setTimeout as sleep } from 'node:timers/promises';
import { everything } from '../cast.js';
import { calm, type Fault, HEAL_MS } from '../fault.js';
import type { Field } from '../field.js';
import { shuffled } from './shuffled.js';

export const allAtOnce: Fault = {
  name: 'all-at-once',
  says: 'everything killed; everything started in random order',
  healMs: HEAL_MS.everything,
  plan: (lot) => {
    const order = shuffled(lot, everything).map((part) => ({ part, gapMs: lot.between(0, 300) }));
    const downMs = lot.between(0, 3_000);
    const act = async (field: Field): Promise<void> => {
      await Promise.all(everything.map((part) => field.kill(part)));
      await sleep(downMs);
      for (const { part, gapMs } of order) {
        field.start(part);
        await sleep(gapMs);
      }
    };
    const names = order.map(({ part }) => part).join(' ');
    return [{ after: calm(lot), says: `everything killed, ${downMs} ms down, started as ${names}`, act }];
  },
};
