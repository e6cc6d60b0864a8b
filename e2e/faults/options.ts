// What the command line says.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

/** A run with this seed is part of every CI run, so that a fault once met stays met. */
const FIXED_SEED = 20_260_101;
const RUNS = 20;
const STORM_CLIENTS = 5_000;
const QUICK_STORM_CLIENTS = 500;

export interface Options {
  /** Empty: all. */
  names: string[];
  /** The seeds of the rounds: each fault runs once in each. */
  seeds: number[];
  /** No round begins after so long. */
  minutes: number;
  /** As many rounds as fit into that time. */
  isEndless: boolean;
  isQuick: boolean;
  stormClients: number;
  jsonFile: string | undefined;
  /** Instead of running anything: the files of earlier runs whose results are put into one table. */
  merge: string[];
  wantsHelp: boolean;
}

/** @throws Error with one sentence about what is not understood */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      runs: { type: 'string' },
      clients: { type: 'string' },
      json: { type: 'string' },
      merge: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const defaultClients = values.quick ? QUICK_STORM_CLIENTS : STORM_CLIENTS;
  const first = values.seed === undefined ? randomInt(1, 2 ** 31) : wholeNumber('--seed', values.seed);
  const given = values.runs === undefined ? undefined : wholeNumber('--runs', values.runs);
  // With a time, as many rounds as fit.
  const isEndless = given === undefined && values.minutes !== undefined;
  const runs = given ?? (isEndless ? 100_000 : RUNS);
  const rounds = Array.from({ length: runs }, (_, index) => first + index * 1_000);
  return {
    names: values.merge ? [] : positionals,
    seeds: values.quick && given === undefined ? [FIXED_SEED, first] : rounds,
    minutes: values.minutes === undefined ? Infinity : wholeNumber('--minutes', values.minutes),
    isEndless,
    isQuick: values.quick,
    stormClients: values.clients === undefined ? defaultClients : wholeNumber('--clients', values.clients),
    jsonFile: values.json,
    merge: values.merge ? positionals : [],
    wantsHelp: values.help,
  };
}

function wholeNumber(name: string, given: string): number {
  const number = Number(given);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`${name} takes a whole number from 1, not «${given}»`);
}
