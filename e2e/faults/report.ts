// The table at the end, over one campaign or several.
import type { Fault } from './fault.js';
import type { FlawKind } from './flaw.js';
import type { ResultsFile } from './results-file.js';
import type { RunResult } from './run.js';
import { percentile } from './percentile.js';

/** Heads of columns, and what they count. */
const COUNTED: readonly [string, readonly FlawKind[]][] = [
  ['lost', ['lost']],
  ['doubled', ['doubled']],
  ['out of order', ['out_of_order']],
  ['holes', ['hole']],
  ['phantoms', ['phantom']],
  ['missing', ['missing']],
  ['ghosts', ['ghost', 'vanished']],
  ['other', ['disagreement', 'resurrected', 'leaked', 'untold', 'fell', 'refused', 'ended', 'late', 'stuck']],
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

/**
 * The table, what was measured beside it, and where and when.
 *
 * @param catalogue in whose order the rows stand
 */
export function report(
  files: readonly ResultsFile[],
  catalogue: readonly Fault[],
): { text: string; hasFindings: boolean } {
  const results = files.flatMap((file) => file.results);
  const ranked = catalogue.flatMap((fault) => {
    const own = results.filter((result) => result.fault === fault.name);
    return own.length === 0 ? [] : [{ fault, own }];
  });
  const rows = ranked.map(({ fault, own }) => rowOf(fault.name, own));
  const judged = ranked.flatMap(({ fault, own }) => fault.judge?.(own) ?? []);
  const all = rowOf('all', results);
  const skipped = Object.entries(Object.assign({}, ...files.map((file) => file.skipped)) as Record<string, string>);
  const lines = [
    table([...rows, ...(rows.length > 1 ? [all] : [])]),
    '',
    ...ranked.flatMap(({ fault, own }) => measured(fault.name, own)),
    ...judged.map((says) => `FINDING: ${says}`),
    ...skipped.map(([name, why]) => `${name}: not run, ${why}`),
    ...files.map(({ about, startedAt, tookMs }) => `${startedAt.slice(0, 16)}Z, ${minutes(tookMs)}, ${about}`),
  ];
  const hasFindings = judged.length > 0 || results.some(({ flaws }) => flaws.length > 0);
  return { text: lines.join('\n'), hasFindings };
}

function rowOf(fault: string, own: readonly RunResult[]): Row {
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
    healMedianMs: percentile(heals, 0.5) ?? null,
    healWorstMs: heals.at(-1) ?? null,
  };
}

/** What the runs of a row measured, each with its median and its worst. */
function measured(fault: string, own: readonly RunResult[]): string[] {
  const names = [...new Set(own.flatMap((result) => Object.keys(result.measured)))];
  return names.map((name) => {
    const values = own.flatMap((result) => result.measured[name] ?? []).sort((a, b) => a - b);
    const shown = [percentile(values, 0.5), values.at(-1)].map((value) => round(value ?? 0));
    return `- ${fault}: ${name}: median ${shown[0]}, worst ${shown[1]}, of ${values.length} runs`;
  });
}

function table(rows: readonly Row[]): string {
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
  return [line(heads), rule, ...cells.map(line)].join('\n');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, n) => all + n, 0);
const round = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 });
const minutes = (ms: number): string => `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
