// Batches of socket frames: what one connection says, from valid to nonsense, drawn from the contract's own list of frames.
import { clientFrames, type ClientFrameType } from '@natter/contracts/frames';
import { limits } from '@natter/contracts/limits';
import { bytes, type Lot, uuid, weighted } from './lots.js';
import { mangle, mutate } from './mutate.js';
import { nastyText, nastyValue } from './nasty.js';
import { sample, type Words } from './sample.js';
import { Pairs, Raw, type Tree, write } from './tree.js';

/** One frame: `fatal` when the contract says that the connection ends with it. */
export interface FrameInput {
  data: Buffer;
  isBinary: boolean;
  fatal: boolean;
}

export interface FrameBatch {
  /** Whom it speaks for, and which room a one-room socket is opened to, as indexes into the world. */
  face: number;
  room: number;
  door: 'same' | 'front';
  /** `chat` says hello first, `rude` does not, `plain` is a one-room socket. */
  manner: 'chat' | 'rude' | 'plain';
  inputs: FrameInput[];
  /** After how many frames there is a breath, so that frames come in segments of all sizes. */
  burst: number;
}

/** Below the count that ends a connection, so that most batches are read to their end. */
const badPerBatch = limits.badFrames - 1;
const types = Object.keys(clientFrames) as ClientFrameType[];
/** Names of frames that exist, existed, might exist, or are what a server says. */
const otherTypes = [
  'edit',
  'delete',
  'react',
  'typing',
  'presence',
  'ack',
  'ready',
  'synced',
  'message',
  'bye',
  'error',
  'SEND',
  'send ',
  '',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'then',
  '\u0000',
];

/** @param wordsFor what the fields of frames may say when somebody speaks, by their index */
export function frameBatch(lot: Lot, wordsFor: (face: number) => Words): FrameBatch {
  const face = lot.between(0, 999);
  const words = wordsFor(face);
  const manner = weighted(lot, [
    [88, 'chat'],
    [6, 'rude'],
    [6, 'plain'],
  ] as const);
  const make = manner === 'plain' ? () => plainFrame(lot) : () => chatFrame(lot, words);
  // One batch in eight goes over the count, on purpose.
  const bad = lot.chance(0.125) ? limits.badFrames + 3 : badPerBatch;
  const inputs = [
    ...Array.from({ length: bad }, make),
    ...Array.from({ length: lot.between(4, 12) }, () => ({ ...readable(valid(lot, words)) })),
  ];
  shuffle(inputs, lot);
  if (lot.chance(0.2)) inputs.push(fatalFrame(lot, words));
  return {
    face,
    room: lot.between(0, 999),
    door: lot.chance(0.85) ? 'same' : 'front',
    manner,
    inputs,
    burst: lot.pick([1, 3, 8, 100]),
  };
}

/** A frame that could be right: of a known type, by its schema. */
function valid(lot: Lot, words: Words): Tree {
  // `hello` is for once; the others get its share.
  const type = lot.chance(0.9) ? lot.pick(types.filter((one) => one !== 'hello')) : 'hello';
  return sample(clientFrames[type], type, lot, words);
}

/** Nearly right, or wrong. Keeps its `id` most of the time, so that it has to be answered. */
function chatFrame(lot: Lot, words: Words): FrameInput {
  const base = valid(lot, words);
  return weighted<() => FrameInput>(lot, [
    [60, () => readable(keepId(mutate(base, lot), base, lot))],
    [12, () => ({ data: mangle(base, lot, false), isBinary: false, fatal: false })],
    [
      10,
      () =>
        readable(
          new Pairs([
            ['type', lot.pick(otherTypes)],
            ['id', uuid(lot)],
            ['room', words('room', lot) ?? ''],
          ]),
        ),
    ],
    [
      6,
      () =>
        readable(
          new Pairs([
            ['type', lot.pick(types)],
            ['id', uuid(lot)],
            [nastyText(lot), nastyValue(lot)],
          ]),
        ),
    ],
    [4, () => readable(padded(base, limits.frame_bytes - lot.pick([0, 1, 2, 100])))],
    [4, () => readable(bigSync(lot))],
    [4, () => readable(nastyValue(lot))],
  ])();
}

function plainFrame(lot: Lot): FrameInput {
  const text = lot.pick([nastyText(lot), `{"type":"send","id":"${uuid(lot)}"}`, '', 'hello']).toWellFormed();
  return { data: Buffer.from(text), isBinary: false, fatal: false };
}

/** What ends a connection: bytes that are no text, no UTF-8, too much. */
function fatalFrame(lot: Lot, words: Words): FrameInput {
  const base = valid(lot, words);
  return weighted<() => FrameInput>(lot, [
    [2, () => ({ data: mangle(base, lot, true), isBinary: false, fatal: true })],
    [1, () => ({ data: Buffer.from(write(base)), isBinary: true, fatal: true })],
    [1, () => ({ data: bytes(lot, lot.between(0, 300)), isBinary: true, fatal: true })],
    [1, () => ({ ...readable(padded(base, limits.frame_bytes + lot.pick([1, 2, 1_000, 200_000]))), fatal: true })],
  ])();
}

const readable = (tree: Tree): FrameInput => {
  const data = Buffer.from(write(tree).toWellFormed());
  return { data, isBinary: false, fatal: data.length > limits.frame_bytes };
};

function keepId(changed: Tree, base: Tree, lot: Lot): Tree {
  const id = base instanceof Pairs ? base.get('id') : undefined;
  return changed instanceof Pairs && lot.chance(0.7) ? changed.with('id', id ?? uuid(lot)) : changed;
}

/** The same, with a field that brings it to so many bytes. */
function padded(tree: Tree, length: number): Tree {
  const base = tree instanceof Pairs ? tree : new Pairs([]);
  const room = length - write(base.with('pad', '')).length;
  return base.with('pad', 'x'.repeat(Math.max(0, room)));
}

/** As many rooms as a frame may name, or one more. */
function bigSync(lot: Lot): Tree {
  const rooms = Array.from({ length: lot.pick([100, limits.rooms, limits.rooms + 1]) }, (_, n) => `"r${n}":${n}`);
  return new Pairs([
    ['type', 'sync'],
    ['id', uuid(lot)],
    ['rooms', new Raw(`{${rooms.join(',')}}`)],
  ]);
}

function shuffle<T>(items: T[], lot: Lot): void {
  for (let at = items.length - 1; at > 0; at -= 1) {
    const other = lot.between(0, at);
    const [one, two] = [items[at], items[other]];
    if (one !== undefined && two !== undefined) [items[at], items[other]] = [two, one];
  }
}
