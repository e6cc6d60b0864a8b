// No space left under PostgreSQL and NATS: nothing is acknowledged that is not stored, and service returns with the space.
import { setTimeout as sleep } from 'node:timers/promises';
import { calm, type Fault, HEAL_MS } from '../fault.js';
import { SmallDisk } from '../small-disk.js';

export const diskFull: Fault = {
  name: 'disk-full',
  says: 'no space left under PostgreSQL and NATS; service returns once there is space',
  healMs: HEAL_MS.everything,
  needs: 'small-disk',
  obstacle: () => SmallDisk.obstacle(),
  plan: (lot, size) => {
    const ms = size.isQuick ? 8_000 : lot.between(10_000, 30_000);
    return [
      {
        after: calm(lot),
        says: `the disk full for ${ms} ms`,
        act: async (field, load) => {
          field.disk?.fill();
          // PostgreSQL has segments in reserve: only when it needs a new one does it notice.
          load.bodyChars = [7_000, 8_000];
          await sleep(ms);
          field.disk?.clear();
          load.bodyChars = [10, 400];
        },
      },
    ];
  },
};
