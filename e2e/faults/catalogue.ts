// Every fault there is, in the order in which they run.
import type { Fault } from './fault.js';
import { allAtOnce } from './kinds/all-at-once.js';
import { killNats, killPostgres, natsStore } from './kinds/backends.js';
import { badNetwork } from './kinds/bad-network.js';
import { clock } from './kinds/clock.js';
import { cut } from './kinds/cut.js';
import { freeze } from './kinds/freeze.js';
import { diskFull } from './kinds/disk-full.js';
import { killEach } from './kinds/kill-each.js';
import { mixedOf } from './kinds/mixed.js';
import { quiet } from './kinds/quiet.js';
import { rolling } from './kinds/rolling.js';
import { slowReaders } from './kinds/slow-readers.js';
import { storm } from './kinds/storm.js';

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
  slowReaders,
  storm,
  mixed,
  clock,
  diskFull,
];

/**
 * What continuous integration runs: a round with a seed that is always the same, and one with a fresh seed. Together
 * they take less than three minutes on two cores, and need no right to mount or install.
 */
export const quickRounds: readonly (readonly Fault[])[] = [
  [killEach, killNats, killPostgres, quiet, rolling, allAtOnce],
  [killEach, killPostgres, quiet],
];
