// From something valid to something that is not, or only just: first in its structure, then in its text, then in its bytes.
import { bytes, type Lot, weighted } from './lots.js';
import { nastyKeys, nastyText, nastyValue } from './nasty.js';
import { Pairs, Raw, type Tree, write } from './tree.js';

/** Changes one place of a tree, or with `more`, up to that many. */
export function mutate(tree: Tree, lot: Lot, more = 3): Tree {
  let changed = mutateOnce(tree, lot);
  for (let times = 1; times < more && lot.chance(0.3); times += 1) changed = mutateOnce(changed, lot);
  return changed;
}

function mutateOnce(tree: Tree, lot: Lot): Tree {
  if (tree instanceof Pairs && tree.entries.length > 0 && lot.chance(0.9)) return mutatePairs(tree, lot);
  if (Array.isArray(tree) && tree.length > 0 && lot.chance(0.7)) {
    const at = lot.between(0, tree.length - 1);
    return weighted<() => Tree>(lot, [
      [4, () => tree.map((item: Tree, index) => (index === at ? mutateOnce(item, lot) : item))],
      [1, () => [...tree, tree[at] ?? null]],
      [1, () => tree.filter((_: Tree, index: number) => index !== at)],
      [1, () => Array.from({ length: lot.pick([21, 101, 1_001]) }, () => tree[at] ?? null)],
    ])();
  }
  return weighted<() => Tree>(lot, [
    [8, () => nastyValue(lot)],
    [2, () => [tree]],
    [1, () => new Pairs([[lot.pick(nastyKeys), tree]])],
    [1, () => write(tree)],
    [2, () => otherType(tree, lot)],
    [2, () => (typeof tree === 'string' ? spoil(tree, lot) : nastyValue(lot))],
  ])();
}

function mutatePairs(tree: Pairs, lot: Lot): Tree {
  const at = lot.between(0, tree.entries.length - 1);
  const [key, value] = tree.entries[at] ?? ['', null];
  const replace = (...entries: (readonly [string, Tree])[]): Pairs =>
    new Pairs([...tree.entries.slice(0, at), ...entries, ...tree.entries.slice(at + 1)]);
  return weighted<() => Tree>(lot, [
    [12, () => replace([key, mutateOnce(value, lot)])],
    [3, () => replace()],
    [3, () => new Pairs([...tree.entries, [lot.pick(nastyKeys), nastyValue(lot)]])],
    [2, () => new Pairs([...tree.entries, [key, nastyValue(lot)]])],
    [1, () => new Pairs([[key, nastyValue(lot)], ...tree.entries])],
    [1, () => replace([lot.pick([key.toUpperCase(), ` ${key}`, `${key}\u0000`, `__${key}__`, '']), value])],
    [1, () => new Pairs(tree.entries.toReversed())],
  ])();
}

function otherType(tree: Tree, lot: Lot): Tree {
  if (typeof tree === 'string') return lot.pick<Tree>([new Raw('0'), new Raw('1'), null, [], new Pairs([]), true]);
  if (typeof tree === 'number') return lot.pick<Tree>([String(tree), null, [tree], tree + 0.5, -tree, tree === 1]);
  if (typeof tree === 'boolean') return lot.pick<Tree>([String(tree), Number(tree), null]);
  return lot.pick<Tree>(['', 0, false, 'null']);
}

/** A text, not quite as it was. */
export function spoil(text: string, lot: Lot): string {
  const at = lot.between(0, text.length);
  return weighted<() => string>(lot, [
    [3, () => text.slice(0, at) + nastyText(lot) + text.slice(at)],
    [2, () => text.slice(0, at)],
    [1, () => text.slice(at)],
    [1, () => text.toUpperCase()],
    [1, () => `${text} `],
    [1, () => ` ${text}`],
    [1, () => text.normalize('NFKD')],
    [1, () => text.repeat(lot.pick([2, 10, 100]))],
    [1, () => [...text].toReversed().join('')],
  ])();
}

const insteadOfObjects = [
  'null',
  'true',
  '0',
  '""',
  '[]',
  '[{}]',
  '"a"',
  '{}',
  '',
  ' ',
  '{',
  '}',
  '\u0000',
  '[[',
  '"',
  'nul',
];
const brokenUtf8 = [
  [0x80],
  [0xc0, 0xaf],
  [0xc3],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0x98],
  [0xf4, 0x90, 0x80, 0x80],
  [0xf8, 0x88, 0x80, 0x80, 0x80],
  [0xfe],
  [0xff, 0xff],
].map((sequence) => Buffer.from(sequence));

/** The text of a tree, broken below JSON. Still UTF-8 unless `anyBytes`. */
export function mangle(tree: Tree, lot: Lot, anyBytes: boolean): Buffer {
  const text = write(tree);
  const at = lot.between(0, text.length);
  const readable: (readonly [number, () => string])[] = [
    [3, () => text.slice(0, at)],
    [
      2,
      () => text.slice(0, at) + lot.pick(['{', '}', '[', ']', ',', ':', '"', '\\', '\u0000', '/**/']) + text.slice(at),
    ],
    [1, () => text + text],
    [1, () => `${text}\n${text}`],
    [1, () => `\ufeff${text}`],
    [1, () => `${' '.repeat(lot.between(1, 5_000))}${text}`],
    [1, () => text.replaceAll('"', "'")],
    [1, () => text.replace(/\}$/, ',}')],
    [1, () => `${text}//`],
    [1, () => text.replace(/[a-z]/g, (char) => (lot.chance(0.2) ? `\\u00${char.charCodeAt(0).toString(16)}` : char))],
    [2, () => lot.pick(insteadOfObjects)],
    [1, () => `[${text}]`],
    [1, () => JSON.stringify(text)],
    [1, () => '{"a":'.repeat(lot.pick([15, 17, 500, 5_000]))],
    [1, () => '['.repeat(lot.pick([17, 1_000, 30_000]))],
  ];
  if (!anyBytes || lot.chance(0.5)) return Buffer.from(weighted(lot, readable)().toWellFormed());
  const whole = Buffer.from(text);
  const cut = lot.between(0, whole.length);
  return weighted<() => Buffer>(lot, [
    [3, () => Buffer.concat([whole.subarray(0, cut), lot.pick(brokenUtf8), whole.subarray(cut)])],
    [2, () => flip(whole, lot)],
    [1, () => bytes(lot, lot.between(1, 200))],
    [1, () => Buffer.from(text, 'utf16le')],
  ])();
}

function flip(whole: Buffer, lot: Lot): Buffer {
  const flipped = Buffer.from(whole);
  for (let times = lot.between(1, 4); times > 0 && flipped.length > 0; times -= 1) {
    const at = lot.between(0, flipped.length - 1);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << lot.between(0, 7));
  }
  return flipped;
}
