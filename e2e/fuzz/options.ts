// What the command line says.
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface Options {
  seed: number;
  frames: number;
  requests: number;
  isQuick: boolean;
  /** Only this piece, such as `frames 812`. */
  piece: { kind: PieceKind; index: number } | undefined;
  jsonFile: string | undefined;
  wantsHelp: boolean;
}

export const pieceKinds = ['frames', 'requests', 'abuse'] as const;
export type PieceKind = (typeof pieceKinds)[number];

const FULL = { frames: 220_000, requests: 55_000 };
const QUICK = { frames: 6_000, requests: 1_500 };

/** @throws Error with one sentence about what is not understood */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      frames: { type: 'string' },
      requests: { type: 'string' },
      piece: { type: 'string' },
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const size = values.quick ? QUICK : FULL;
  return {
    seed: values.seed === undefined ? randomInt(1, 2 ** 31) : wholeNumber('--seed', values.seed),
    frames: values.frames === undefined ? size.frames : wholeNumber('--frames', values.frames),
    requests: values.requests === undefined ? size.requests : wholeNumber('--requests', values.requests),
    isQuick: values.quick,
    piece: values.piece === undefined ? undefined : pieceOf(values.piece),
    jsonFile: values.json,
    wantsHelp: values.help,
  };
}

function pieceOf(given: string): { kind: PieceKind; index: number } {
  const [, name, index] = /^(\w+)[ :](\d+)/.exec(given) ?? [];
  const kind = pieceKinds.find((one) => one === name);
  if (kind === undefined || index === undefined)
    throw new Error(`--piece takes a kind and a number, such as «frames 812», not «${given}»`);
  return { kind, index: Number(index) };
}

function wholeNumber(name: string, given: string): number {
  const number = Number(given);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`${name} takes a whole number from 1, not «${given}»`);
}
