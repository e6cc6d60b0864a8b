// No space left under PostgreSQL, NATS and the files: nothing is acknowledged that is not stored, and service returns with the space.
import { setTimeout as sleep } from 'node:timers/promises';
import { calm, type Fault, HEAL_MS } from '../fault.js';
import type { Field } from '../field.js';
import type { Load } from '../load.js';
import { SmallDisk } from '../small-disk.js';

const LONG_BODY: [number, number] = [7_000, 7_900];

export const diskFull: Fault = {
  name: 'disk-full',
  says: 'no space left under PostgreSQL, NATS and the files; service returns once there is space',
  healMs: HEAL_MS.everything,
  needs: 'small-disk',
  obstacle: () => SmallDisk.obstacle(),
  plan: (lot, size) => {
    const ms = size.isQuick ? 8_000 : lot.between(10_000, 30_000);
    return [{ after: calm(lot), says: `the disk full for ${ms} ms`, act: (field, load) => fill(field, load, ms) }];
  },
};

async function fill(field: Field, load: Load, ms: number): Promise<void> {
  const { facts } = load.history;
  const [from, refusedFiles] = [facts.length, load.refusedFiles];
  const body = load.bodyChars;
  // Where it cannot even write what it would recover from, PostgreSQL ends itself; whoever watches over it starts it again.
  field.excuse('postgres');
  field.disk?.fill();
  load.bodyChars = LONG_BODY; // what PostgreSQL has in reserve is soon used up
  await sleep(ms);
  field.disk?.clear();
  load.bodyChars = body;
  if (!facts.slice(from).some(({ kind }) => kind === 'failed'))
    throw new Error('nobody who wrote noticed that the disk was full');
  if (load.refusedFiles === refusedFiles) throw new Error('nobody who sent a file noticed that the disk was full');
}
