// `npm run faults`: breaks Natter in every way there is a name for, and counts what is lost.
import { writeFileSync } from 'node:fs';
import { catalogue, quickRounds } from './catalogue.js';
import type { Fault } from './fault.js';
import { Field } from './field.js';
import { type Options, readOptions } from './options.js';
import { rowsOf, table } from './report.js';
import { run, type RunResult } from './run.js';

const HELP = `npm run faults -- [names] [--seed N] [--minutes M] [--runs N] [--quick] [--clients N] [--json FILE]

${catalogue.map(({ name, says }) => `  ${name.padEnd(14)}${says}`).join('\n')}

Without names all of them run, 20 times each; --clients is the size of the storm. A finding prints its seed and the history around it; the exit code is 1 then.`;

const startedMs = Date.now();
const results: RunResult[] = [];
const skipped = new Map<string, string>();
const say = (sentence: string): void =>
  console.log(`${String(Math.round((Date.now() - startedMs) / 1_000)).padStart(5)} s  ${sentence}`);

/** A system made for what the next faults need; systems stand one at a time. */
let field: { needs: Fault['needs']; at: Promise<Field> } | undefined;
let isStopped = false;

async function main(options: Options): Promise<void> {
  const rounds = options.seeds.map((seed, index) => ({ seed, faults: choose(options, index) }));
  say(`seeds ${options.seeds.slice(0, 3).join(', ')}${options.seeds.length > 3 ? ', …' : ''}`);
  for (const { seed, faults } of rounds) {
    for (const fault of faults) {
      if (isStopped || Date.now() - startedMs > options.minutes * 60_000) return;
      const obstacle = fault.obstacle?.();
      if (obstacle === undefined) await runOne(fault, seed, options);
      else skipped.set(fault.name, obstacle);
    }
  }
}

async function runOne(fault: Fault, seed: number, { isQuick, stormClients }: Options): Promise<void> {
  const at = await fieldFor(fault.needs);
  const result = await run(at, fault, seed, { isQuick, stormClients }, (what) => say(`${fault.name}: ${what}`));
  results.push(result);
  const { acked, deliveries, flaws, healMs } = result;
  const verdict = flaws.length === 0 ? 'nothing found' : `${flaws.length} FINDINGS`;
  say(
    `${fault.name} seed ${seed}: ${acked} acked, ${deliveries} delivered, healed in ${healMs.join(', ')} ms: ${verdict}`,
  );
  if (flaws.length === 0) return;
  const lines = [
    ...result.strikes,
    ...flaws.slice(0, 20).map(({ kind, says }) => `${kind}: ${says}`),
    ...result.around,
  ];
  console.log(`\nagain with: npm run faults -- ${fault.name} --seed ${seed} --runs 1${isQuick ? ' --quick' : ''}`);
  console.log(`${lines.map((line) => `  ${line}`).join('\n')}\n`);
}

async function fieldFor(needs: Fault['needs']): Promise<Field> {
  if (field && field.needs !== needs) {
    await (await field.at).stop();
    field = undefined;
  }
  field ??= { needs, at: Field.start({ clocks: needs === 'clocks', smallDisk: needs === 'small-disk' }) };
  return await field.at;
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

process.once('SIGINT', () => {
  say('stopping after this run');
  isStopped = true;
});
try {
  const options = readOptions(process.argv.slice(2));
  if (options.wantsHelp) console.log(HELP);
  else {
    await main(options);
    const rows = rowsOf(results);
    console.log(`\n${table(rows, skipped)}`);
    if (options.jsonFile !== undefined)
      writeFileSync(
        options.jsonFile,
        `${JSON.stringify({ rows, skipped: Object.fromEntries(skipped), results }, null, 2)}\n`,
      );
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
} finally {
  await (await field?.at)?.stop();
}
if (results.some(({ flaws }) => flaws.length > 0)) process.exitCode = 1;
