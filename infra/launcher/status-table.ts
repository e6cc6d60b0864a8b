// The one picture of the running system that the terminal shows when it is up.
import type { Part } from './stack.js';

const COLUMNS = ['part', 'state', 'pid'] as const;

/** Such as `gateway-1   ready   4711`, one part a line, under the address. */
export function statusTable(url: string, parts: readonly Part[]): string {
  const rows = parts.map(({ name, state, pid }) => [name, state, pid === null ? '–' : String(pid)]);
  return ['', `  Natter is at ${url}`, '', table([[...COLUMNS], ...rows]), ''].join('\n');
}

/** Lines up columns of text; the first row is the heading. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('   ')}`.trimEnd())
    .join('\n');
}
