// What a fault is: a plan of strikes, drawn from a seed before anything runs. Strikes come at counts of acknowledged
// sends, not at times, so the same seed breaks the same things at the same points of the load on any machine.
import type { Seeded } from '../harness/seeded.js';
import type { Field } from './field.js';
import type { Load } from './load.js';
import type { RunResult } from './run.js';

/** One breakage. */
export interface Strike {
  /** How many more sends are acknowledged, since everything was last whole, before it comes. */
  after: number;
  /** What is done, with every number drawn: two plans are the same when their strikes say the same. */
  says: string;
  /** Waits for something that other breakages may keep from happening: not to be mixed with them. */
  isLonely?: true;
  /** Breaks things for as long as it takes. What is still broken when it returns, the field mends. */
  act: (field: Field, load: Load, size: Size) => Promise<void>;
}

export interface Fault {
  name: string;
  /** One line for `--help`. */
  says: string;
  /** How soon everybody has to have everything again once all parts run and are reachable. */
  healMs: number;
  /** Takes a system of its own, made for it. */
  needs?: 'clocks' | 'small-disk';
  /** Why it cannot be done on this machine; undefined when it can. */
  obstacle?: () => string | undefined;
  /** What all people together say meanwhile; `STEADY_SENDS_PER_S` unless said. */
  sendsPerS?: number;
  plan: (lot: Seeded, size: Size) => Strike[];
  /** What only many runs together can show to be broken, as sentences. */
  judge?: (results: readonly RunResult[]) => string[];
}

export const STEADY_SENDS_PER_S = 120;

/** How much of it. */
export interface Size {
  /** A few strikes of each, with short breaks, for CI. */
  isQuick: boolean;
  /** Every bound in time is multiplied by this before a run is blamed for exceeding it. */
  patience: number;
  /** Clients of a storm. */
  stormClients: number;
}

export const HEAL_MS = { service: 5_000, postgres: 10_000, everything: 20_000 } as const;

/** How many acknowledged sends lie between two strikes. */
export const calm = (lot: Seeded): number => lot.between(60, 200);
