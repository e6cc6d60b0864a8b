// What a step is, and what it has to do with.
import type { Cursors } from '../faults/after-checks.js';
import type { Flaw } from '../faults/flaw.js';
import type { Load } from '../faults/load.js';
import type { Person } from '../harness/person.js';
import type { ComposeGround } from './compose-ground.js';
import type { Installation } from './installation.js';

export interface Stage {
  readonly installation: Installation;
  readonly ground: ComposeGround;
  readonly seed: number;
  readonly signal: AbortSignal;
  /** One line about what goes on. */
  readonly say: (sentence: string) => void;
  /** A folder for what one needs to find out why; kept when something is wrong. */
  readonly logs: string;
  readonly cursors: Cursors;
  /** What the steps under load found wrong; judged at its end. */
  readonly flaws: Flaw[];
  /** There from `load on` to `load off`. */
  load?: Load;
  /** People of the load, who say afterwards whether all is as it was. The first is in every room. */
  witnesses: Person[];
  /** What was there when it was backed up. */
  kept?: { print: string; files: string[] };
}

export interface Step {
  name: string;
  /** @returns what was seen. @throws Error with what is wrong */
  act(stage: Stage): Promise<string>;
}

/** @throws Error saying what should be so */
export function demand(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(otherwise);
}
