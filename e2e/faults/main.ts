// `npm run faults`: breaks Natter in every way there is a name for, and counts what is lost.
import { Campaign, jobsOf, QUICK_PATIENCE } from './campaign.js';
import { catalogue, quickRounds } from './catalogue.js';
import type { Fault } from './fault.js';
import { type Options, readOptions } from './options.js';
import { describeThis, readResults, type ResultsFile, writeResults } from './results-file.js';
import { report } from './report.js';
import type { RunResult } from './run.js';

const HELP = `npm run faults -- [names] [--seed N] [--minutes M] [--runs N] [--quick] [--clients N] [--json FILE]
npm run faults -- --merge FILE...

${catalogue.map(({ name, says }) => `  ${name.padEnd(14)}${says}`).join('\n')}

Without names all of them run, 20 times each; --clients is the size of the storm. Several of these may run side by side.
--json is written after every run; --merge makes one table of such files. A finding prints its seed and the history
around it; the exit code is 1 then.`;

const startedMs = Date.now();
const say = (sentence: string): void =>
  console.log(`${String(Math.round((Date.now() - startedMs) / 1_000)).padStart(5)} s  ${sentence}`);
let isStopped = false;

/** @returns what came of it; also when something ended it early */
async function runAll(options: Options): Promise<ResultsFile> {
  const { isQuick, stormClients, seeds, minutes, jsonFile } = options;
  const campaign = new Campaign({ isQuick, stormClients, patience: isQuick ? QUICK_PATIENCE : 1 }, say);
  const about = describeThis();
  const soFar = (): ResultsFile => ({
    about,
    startedAt: new Date(startedMs).toISOString(),
    tookMs: Date.now() - startedMs,
    skipped: Object.fromEntries(campaign.skipped),
    results: campaign.results,
  });
  say(`seeds ${seeds.slice(0, 3).join(', ')}${seeds.length > 3 ? ', …' : ''}`);
  try {
    for (const job of jobsOf(options, (round) => choose(options, round))) {
      if (isStopped || Date.now() - startedMs > minutes * 60_000) break;
      const result = await campaign.take(job);
      if (result) tell(result, isQuick);
      if (jsonFile !== undefined) writeResults(jsonFile, soFar());
    }
  } finally {
    await campaign.end();
  }
  return soFar();
}

function tell(result: RunResult, isQuick: boolean): void {
  const { fault, seed, acked, deliveries, flaws, healMs, tookMs } = result;
  const verdict = flaws.length === 0 ? 'nothing found' : `${flaws.length} FINDINGS`;
  say(
    `${fault} seed ${seed}: ${Math.round(tookMs / 1_000)} s, ${acked} acked, ${deliveries} delivered, healed in ${healMs.join(', ')} ms: ${verdict}`,
  );
  if (flaws.length === 0) return;
  const lines = [
    ...result.strikes,
    ...flaws.slice(0, 20).map(({ kind, says }) => `${kind}: ${says}`),
    ...result.around,
  ];
  console.log(`\nagain with: npm run faults -- ${fault} --seed ${seed} --runs 1${isQuick ? ' --quick' : ''}`);
  console.log(`${lines.map((line) => `  ${line}`).join('\n')}\n`);
}

function choose({ names, isQuick }: Options, round: number): readonly Fault[] {
  if (names.length === 0) return isQuick ? (quickRounds[round] ?? []) : catalogue;
  return names.map((name) => {
    const found = catalogue.find((fault) => fault.name === name);
    if (!found)
      throw new Error(`there is no fault ${name}; there are ${catalogue.map((fault) => fault.name).join(', ')}`);
    return found;
  });
}

process.once('SIGTERM', () => process.exit(143)); // what was started ends with this process
process.once('SIGINT', () => {
  say('stopping after this run');
  isStopped = true;
});
try {
  const options = readOptions(process.argv.slice(2));
  if (options.wantsHelp) console.log(HELP);
  else {
    const files = options.merge.length > 0 ? readResults(options.merge) : [await runAll(options)];
    const { text, hasFindings } = report(files, catalogue);
    console.log(`\n${text}`);
    if (hasFindings) process.exitCode = 1;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
