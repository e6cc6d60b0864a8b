// In which order a campaign runs, and that parts of one which ran side by side make one table.
import { expect, it } from 'vitest';
import { jobsOf } from './campaign.js';
import { catalogue } from './catalogue.js';
import { readOptions } from './options.js';
import { report } from './report.js';
import type { ResultsFile } from './results-file.js';
import type { RunResult } from './run.js';

const ordered = (...args: string[]): string[] => {
  const options = readOptions(args);
  const faults = options.names.flatMap((name) => catalogue.filter((fault) => fault.name === name));
  const jobs = jobsOf(options, () => faults);
  return Array.from({ length: 6 }, () => jobs.next().value).map((job) => job?.fault.name ?? 'end');
};

it('runs what needs the same system together, and gives each row its share of a time', () => {
  const names = ['quiet', 'clock', 'cut'];
  const apart = ['clock', 'clock', 'quiet', 'cut', 'quiet', 'cut'];
  expect(ordered(...names, '--runs', '2')).toEqual(apart);
  expect(ordered(...names, '--minutes', '9')).toEqual([...names, ...names]);
});

const result = (fault: string, changes: Partial<RunResult> = {}): RunResult => ({
  fault,
  seed: 1,
  tookMs: 1,
  acked: 600,
  deliveries: 5_000,
  healMs: [100],
  flaws: [],
  measured: {},
  strikes: [],
  around: [],
  ...changes,
});

const file = (...results: RunResult[]): ResultsFile => {
  return { about: 'a machine', startedAt: '2026-01-01T00:00:00Z', tookMs: 1, skipped: {}, results };
};

it('puts the results of several files into one table', () => {
  const files = [file(result('cut'), result('quiet')), file(result('cut', { healMs: [4_000] }))];
  const { text, hasFindings } = report(files, catalogue);
  const cut = text.split('\n').find((line) => line.startsWith('| cut'));
  expect(cut?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    'cut',
    '2',
    '1,200',
    '10,000',
    '0',
    '0',
    '0',
    '0',
    '0',
    '0',
    '0',
    '0',
    '4.0 s',
    '4.0 s',
    '',
  ]);
  expect(hasFindings).toBe(false);
});

it('counts a flaw in its column, and says so at the end', () => {
  const { text, hasFindings } = report([file(result('cut', { flaws: [{ kind: 'lost', says: 'gone' }] }))], catalogue);
  expect(text).toMatch(/\| cut +\| +1 \| +600 \| +5,000 \| +1 \|/);
  expect(hasFindings).toBe(true);
});

it('finds the others of slow readers slower only where many runs show more than the noise', () => {
  const slow = (before: number, again: number, meanwhile: number, runs = 20) => {
    const measured = {
      'p99 of the others before, ms': before,
      'p99 again, ms': again,
      'p99 meanwhile, ms': meanwhile,
    };
    return report([file(...Array.from({ length: runs }, () => result('slow-readers', { measured })))], catalogue);
  };
  expect(slow(100, 100, 109).hasFindings).toBe(false);
  expect(slow(100, 100, 112).hasFindings).toBe(true);
  expect(slow(100, 105, 118).hasFindings).toBe(false);
  expect(slow(100, 100, 200, 3).hasFindings).toBe(false);
});
