// What the command line says.
import { parseArgs } from 'node:util';

export interface Options {
  /** Empty: all. */
  scenarios: string[];
  /** Undefined: all. */
  peers: string[] | undefined;
  rounds: number;
  seconds: number;
  jsonFile: string | undefined;
  isSmoke: boolean;
  wantsHelp: boolean;
}

/** @throws Error with one sentence about what is not understood */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      peers: { type: 'string' },
      rounds: { type: 'string', default: '3' },
      seconds: { type: 'string', default: '8' },
      json: { type: 'string' },
      smoke: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    scenarios: positionals.map((name) => name.toUpperCase()),
    peers: values.peers?.split(',').filter(Boolean),
    rounds: values.smoke ? 1 : wholeNumber('--rounds', values.rounds),
    seconds: wholeNumber('--seconds', values.seconds),
    jsonFile: values.json,
    isSmoke: values.smoke,
    wantsHelp: values.help,
  };
}

function wholeNumber(name: string, given: string): number {
  const number = Number(given);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`${name} takes a whole number from 1, not «${given}»`);
}
