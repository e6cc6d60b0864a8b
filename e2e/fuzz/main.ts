// `npm run fuzz`: says everything that can be said wrongly to a running system, and looks at what it answers.
import { writeFileSync } from 'node:fs';
import { type Breach, shown } from './breach.js';
import { type Options, readOptions } from './options.js';
import { report } from './report.js';
import { type PartPlan, type PartResult, runPart } from './run.js';

const HELP = `npm run fuzz -- [--seed N] [--frames N] [--requests N] [--quick] [--piece "frames 812"] [--json FILE]

Starts a system of its own and says to it, while well-behaved clients go on chatting:
  frames     batches of socket frames, from valid to nonsense, made from the contract's schemas
  requests   HTTP requests to every route of the gateway
  abuse      what breaks WebSocket or HTTP themselves, and connections that take their time

The same seed says the same things. --piece says one piece of a seed again. A finding prints the seed and the input; the exit code is 1 then.`;

/** The share of the run that meets the limits as they are shipped. */
const SHIPPED_SHARE = 0.1;
const ABUSE_PER_FRAME = 0.02;
/** More of one kind and wording are counted only. */
const ALIKE_SHOWN = 3;

const startedMs = Date.now();
const say = (sentence: string): void =>
  console.log(`${String(Math.round((Date.now() - startedMs) / 1_000)).padStart(5)} s  ${sentence}`);
const breaches = new Map<string, Breach[]>();
const results: PartResult[] = [];

async function main(options: Options): Promise<void> {
  say(`seed ${options.seed}`);
  for (const plan of plansOf(options)) {
    const found: Breach[] = [];
    breaches.set(plan.part, found);
    const tell = (breach: Breach): void => {
      found.push(breach);
      show(breach, found, options);
    };
    results.push(await runPart(plan, { say, tell }));
  }
  console.log(`\n${report(results, breaches)}`);
}

function plansOf({ seed, frames, requests, isQuick, piece }: Options): PartPlan[] {
  const plan = (part: PartPlan['part'], share: number): PartPlan => ({
    part,
    seed,
    isQuick,
    amounts: { frames: frames * share, requests: requests * share, abuse: frames * share * ABUSE_PER_FRAME },
    ...(piece && { only: piece }),
  });
  if (piece) return [plan('raised', 1)];
  return [plan('raised', 1 - SHIPPED_SHARE), plan('shipped', SHIPPED_SHARE)];
}

function show({ kind, says, piece, input }: Breach, found: readonly Breach[], { seed }: Options): void {
  const alike = found.filter((other) => other.kind === kind && wording(other.says) === wording(says)).length;
  if (alike > ALIKE_SHOWN) return;
  console.log(`\n${kind}: ${says}\n  seed ${seed}, ${piece}`);
  if (input) console.log(`  input: ${shown(input)}`);
  console.log('');
}

/** What is said of two inputs that went wrong in the same way, without ids, numbers and texts. */
const wording = (says: string): string => says.replace(/[0-9a-f-]{36}|\d+|"[^"]*"/g, '·').slice(0, 60);

try {
  const options = readOptions(process.argv.slice(2));
  if (options.wantsHelp) console.log(HELP);
  else {
    await main(options);
    const total = [...breaches.values()].flat();
    say(
      total.length === 0
        ? 'nothing found'
        : `${total.length} FINDINGS; again with: npm run fuzz -- --seed ${options.seed}`,
    );
    if (total.length > 0) process.exitCode = 1;
    if (options.jsonFile !== undefined)
      writeFileSync(options.jsonFile, `${JSON.stringify(written(options), null, 2)}\n`);
  }
} catch (error) {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 2;
}

function written({ seed, frames, requests }: Options): object {
  const parts = results.map(({ tally, ...rest }) => ({
    ...rest,
    counts: Object.fromEntries(tally.counts),
    worstMs: Object.fromEntries(tally.worst),
    breaches: (breaches.get(rest.part) ?? []).map(({ input, ...breach }) => ({
      ...breach,
      ...(input && { inputBase64: input.toString('base64') }),
    })),
  }));
  return { seed, frames, requests, parts };
}
