// What `--json` writes and `--merge` reads. It is written after every run: a campaign that is cut short loses nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { RunResult } from './run.js';

export interface ResultsFile {
  /** Where and when, as one line. */
  about: string;
  startedAt: string;
  tookMs: number;
  /** Faults that were not run, and why. */
  skipped: Record<string, string>;
  results: RunResult[];
}

/** The machine, the commit and the command of this process. */
export function describeThis(): string {
  const [cpu] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const command = `npm run faults -- ${process.argv.slice(2).join(' ')}`;
  return `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${gigabytes} GiB, Node ${process.versions.node}, commit ${commit()}: \`${command}\``;
}

/** In one step: whoever reads it meanwhile finds the old one or the new one. */
export function writeResults(file: string, content: ResultsFile): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 1)}\n`);
  renameSync(`${file}.new`, file);
}

/** Several campaigns, or parts of one that ran side by side, as if they were one. */
export function readResults(files: readonly string[]): ResultsFile[] {
  return files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as ResultsFile);
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return 'unknown'; // not a checkout
  }
}
