// What the terminal shows at the end.
import type { Breach, BreachKind } from './breach.js';
import type { Percentiles } from './bystanders.js';
import type { Tally } from './field.js';
import type { PartResult } from './run.js';

const MIB = 1_048_576;
const kinds: readonly BreachKind[] = [
  'ended',
  'fault',
  'away',
  'shape',
  'silent',
  'leak',
  'complaint',
  'text',
  'aftermath',
  'bystander',
  'slow',
  'memory',
];

type Cells = readonly (string | number)[];

export function report(results: readonly PartResult[], breaches: ReadonlyMap<string, readonly Breach[]>): string {
  const parts = results.map((result) => {
    const { tally, standings, growths } = result;
    const found = breaches.get(result.part) ?? [];
    const sent = [
      result.part,
      tally.of('frames'),
      tally.of('requests'),
      tally.of('abuses'),
      tally.of('drips'),
      ...kinds.map((kind) => found.filter((breach) => breach.kind === kind).length),
    ];
    const slowest = `slowest answers: a frame ${longest(tally, 'frame')}, a request ${longest(tally, 'request')}; ${result.routes} routes; ${tally.of('excused')} late answers were the machine's: it stalled ${result.stalls.count} times, for ${took(result.stalls.worstMs)} at worst; ${Math.round(result.tookMs / 1_000)} s`;
    return [
      table(['rates', 'frames', 'requests', 'abuses', 'slow', ...kinds], [sent]),
      slowest,
      ...['status ', 'frame error ', 'closed '].map((name) => `${name.trim()}: ${listed(tally.under(name))}`),
      table(
        ['bystanders at', 'messages', 'quiet p50', 'p99', 'worst', 'fuzzed p50', 'p99', 'worst', 'p99 ratio'],
        standings.map(({ name, sent: messages, quiet, fuzz, ratio }) => [
          name,
          messages,
          ...ms(quiet),
          ...ms(fuzz),
          ratio.toFixed(1),
        ]),
      ),
      ...(growths.length > 0
        ? [
            table(
              ['part', 'resident 1/3', '2/3', '3/3', 'bound', 'in use 1/3', '2/3', '3/3', 'files 1/3', '3/3'],
              growths.map(({ part, thirds, bound }) => [
                part,
                ...thirds.map(({ resident }) => mib(resident)),
                `+${mib(bound)}`,
                ...thirds.map(({ used }) => (used === null ? '–' : mib(used))),
                ...[thirds[0], thirds.at(-1)].map((third) => third?.files ?? 0),
              ]),
            ),
          ]
        : []),
    ].join('\n\n');
  });
  return parts.join('\n\n');
}

const ms = ({ p50, p99, worst }: Percentiles): string[] => [p50, p99, worst].map((value) => `${value} ms`);
const mib = (bytes: number): string => `${(bytes / MIB).toFixed(0)} MiB`;
function longest(tally: Tally, name: string): string {
  const { ms: value, piece } = tally.worst.get(name) ?? { ms: 0, piece: 'none' };
  return `${took(value)} (${piece})`;
}
const took = (value: number): string => `${Math.round(value)} ms`;
const listed = (counts: readonly [string, number][]): string =>
  counts.map(([name, count]) => `${name} ${count.toLocaleString('en')}`).join(', ') || 'none';

function table(heads: readonly string[], rows: readonly Cells[]): string {
  const lines = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)));
  const widths = heads.map((head, at) => Math.max(head.length, ...lines.map((line) => line[at]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(heads), rule, ...lines.map(line)].join('\n');
}
