// A question to a system under test, and what it answers in figures.
import type { NatterSystem } from '../systems/natter.js';
import type { System } from '../systems/system.js';

/** By name; the name says the unit. */
export type Figures = Record<string, number>;

export interface Effort {
  warmMs: number;
  measureMs: number;
  /** Divides numbers of people and sockets: 1, or more where it only has to be shown that everything still runs. */
  shrink: number;
}

export interface Scenario {
  name: string;
  says: string;
  /** Names of the peers it makes sense for. */
  peers: readonly string[];
  run(system: System, effort: Effort, say: (what: string) => void): Promise<Figures>;
}

/** A scenario that looks inside Natter. */
export interface NatterScenario extends Omit<Scenario, 'run' | 'peers'> {
  run(system: NatterSystem, effort: Effort, say: (what: string) => void): Promise<Figures>;
}

export const shrunk = (count: number, { shrink }: Effort, least = 2): number =>
  Math.max(least, Math.round(count / shrink));
