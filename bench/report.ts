// Medians of rounds, with the lowest and the highest; and how many times a peer's figure Natter's is, round by round.
import type { Figures } from './scenarios/scenario.js';

export interface Result {
  scenario: string;
  system: string;
  round: number;
  figures: Figures;
}

interface Spread {
  median: number;
  min: number;
  max: number;
}

/** One table a scenario, in Markdown: a row a figure, a column a system, and Natter's ratio to each peer. */
export function tables(results: readonly Result[]): string {
  const scenarios = [...new Set(results.map(({ scenario }) => scenario))];
  return scenarios.map((scenario) => table(results.filter((result) => result.scenario === scenario))).join('\n\n');
}

function table(results: readonly Result[]): string {
  const systems = [...new Set(results.map(({ system }) => system))];
  const names = [...new Set(results.flatMap(({ figures }) => Object.keys(figures)))];
  const peers = systems.filter((system) => system !== 'natter');
  const heads = [results[0]?.scenario ?? '', ...systems, ...peers.map((peer) => `natter ÷ ${peer}`)];
  const valuesOf = (system: string, name: string): (number | undefined)[] =>
    results.filter((result) => result.system === system).map(({ figures }) => figures[name]);
  const rows = names.map((name) => [
    name,
    ...systems.map((system) => shown(spreadOf(valuesOf(system, name)))),
    ...peers.map((peer) => {
      const theirs = valuesOf(peer, name);
      return shown(spreadOf(valuesOf('natter', name).map((own, round) => ratio(own, theirs[round]))));
    }),
  ]);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(heads), line(heads.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

const ratio = (own: number | undefined, theirs: number | undefined): number | undefined =>
  own === undefined || theirs === undefined ? undefined : own / theirs;

export function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const sorted = values.filter((value) => value !== undefined && Number.isFinite(value)).sort((a, b) => a! - b!);
  const [min, median, max] = [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  return min === undefined || median === undefined || max === undefined ? undefined : { min, median, max };
}

function shown(spread: Spread | undefined): string {
  if (spread === undefined) return '–';
  const { median, min, max } = spread;
  return min === max ? digits(median) : `${digits(median)} (${digits(min)}–${digits(max)})`;
}

/** Three digits that say something. */
const digits = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
