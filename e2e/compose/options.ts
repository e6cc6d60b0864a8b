// What the command line says.
import { parseArgs } from 'node:util';
import { chosenSeed } from '../harness/seeded.js';

export interface Options {
  /** Whether the images are built first. */
  builds: boolean;
  /** Whether the installation is left as it is at the end. */
  keeps: boolean;
  seed: number;
  wantsHelp: boolean;
}

/** @throws Error with one sentence about what is not understood */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'no-build': { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      seed: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const seed = values.seed === undefined ? chosenSeed() : Number(values.seed);
  if (!Number.isSafeInteger(seed) || seed < 1)
    throw new Error(`--seed takes a whole number from 1, not «${values.seed}»`);
  return { builds: !values['no-build'], keeps: values.keep, seed, wantsHelp: values.help };
}
