// The table at the end.
import type { RunResult } from './run.js';
import type { FlawKind } from './flaw.js';

/** Heads of columns, and what they count. */
const COUNTED: readonly [string, readonly FlawKind[]][] = [
  ['lost', ['lost']],
  ['doubled', ['doubled']],
  ['out of order', ['out_of_order']],
  ['holes', ['hole']],
  ['phantoms', ['phantom']],
  ['missing', ['missing']],
  ['ghosts', ['ghost', 'vanished']],
  ['other', ['disagreement', 'resurrected', 'untold', 'fell', 'refused', 'ended', 'late', 'stuck']],
];

export interface Row {
  fault: string;
  runs: number;
  acked: number;
  deliveries: number;
  /** By column. */
  flaws: Record<string, number>;
  healMedianMs: number | null;
  healWorstMs: number | null;
}

export function rowsOf(results: readonly RunResult[]): Row[] {
  const names = [...new Set(results.map(({ fault }) => fault))];
  return names.map((fault) => {
    const own = results.filter((result) => result.fault === fault);
    const flaws = own.flatMap((result) => result.flaws);
    const heals = own.flatMap(({ healMs }) => healMs).sort((a, b) => a - b);
    return {
      fault,
      runs: own.length,
      acked: sum(own.map(({ acked }) => acked)),
      deliveries: sum(own.map(({ deliveries }) => deliveries)),
      flaws: Object.fromEntries(
        COUNTED.map(([name, kinds]) => [name, flaws.filter((f) => kinds.includes(f.kind)).length]),
      ),
      healMedianMs: heals[Math.floor(heals.length / 2)] ?? null,
      healWorstMs: heals.at(-1) ?? null,
    };
  });
}

export function table(rows: readonly Row[], skipped: ReadonlyMap<string, string>): string {
  const heads = ['fault', 'runs', 'acked', 'deliveries', ...COUNTED.map(([name]) => name), 'heal median', 'worst'];
  const cells = rows.map((row) => [
    row.fault,
    ...[row.runs, row.acked, row.deliveries, ...Object.values(row.flaws)].map((n) => n.toLocaleString('en')),
    ...[row.healMedianMs, row.healWorstMs].map((ms) => (ms === null ? '–' : `${(ms / 1_000).toFixed(1)} s`)),
  ]);
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((line) => line[column]?.length ?? 0)));
  const line = (of: readonly string[]): string =>
    `| ${of.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const absent = [...skipped].map(([name, why]) => `${name}: not run, ${why}`);
  return [line(heads), rule, ...cells.map(line), ...absent].join('\n');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);
