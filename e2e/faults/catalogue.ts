// Every fault there is, in the order in which they run.
import type { Fault } from './fault.js';
import { allAtOnce } from './kinds/all-at-once.js';
import { killNats, killPostgres, natsStore } from './kinds/backends.js';
import { badNetwork } from './kinds/bad-network.js';
import { clock } from './kinds/clock.js';
import { cut } from './kinds/cut.js';
import { freeze } from './kinds/freeze.js';
import { killEach } from './kinds/kill-each.js';
import { mixedOf } from './kinds/mixed.js';
import { quiet } from './kinds/quiet.js';
import { rolling } from './kinds/rolling.js';

const mixed = mixedOf([killEach, killNats, killPostgres, natsStore, cut, freeze]);

export const catalogue: readonly Fault[] = [
  killEach,
  killNats,
  killPostgres,
  natsStore,
  cut,
  freeze,
  allAtOnce,
  rolling,
  quiet,
  badNetwork,
  mixed,
  clock,
];

/** What continuous integration runs with two seeds: within three minutes, and without a right to mount or install. */
export const quickFaults: readonly Fault[] = [killEach, killNats, killPostgres, quiet, rolling, allAtOnce];
