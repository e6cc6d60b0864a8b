// `npm run bench`: Natter as it ships beside what one would use instead, on one machine, in one run, in turns.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { watchStolenTime } from '@natter/infra/stolen-time';
import { type Options, readOptions } from './options.js';
import { type Result, tables } from './report.js';
import { crowds } from './scenarios/crowds.js';
import { talks } from './scenarios/messages.js';
import { wide } from './scenarios/wide.js';
import { taken } from './scenarios/measured.js';
import type { Effort, Figures, Scenario } from './scenarios/scenario.js';
import { NatterSystem } from './systems/natter.js';
import { NchanSystem } from './systems/nchan.js';
import { RawSystem } from './systems/raw.js';
import { SocketIoSystem } from './systems/socketio.js';
import type { System } from './systems/system.js';

const startedMs = Date.now();
const say = (sentence: string): void =>
  console.log(`${String(Math.round((Date.now() - startedMs) / 1_000)).padStart(5)} s  ${sentence}`);

const natter = new NatterSystem(say);
const peers: readonly System[] = [
  new RawSystem(),
  new NchanSystem(),
  new SocketIoSystem(false),
  new SocketIoSystem(true),
];
const scenarios: readonly Scenario[] = [
  ...talks,
  crowds.idle,
  ...[wide, crowds.absent, crowds.comeBack, crowds.moreGateways].map((own) => ({
    ...own,
    peers: [],
    run: (_: System, ...rest: [Effort, (what: string) => void]) => own.run(natter, ...rest),
  })),
].sort((a, b) => (a.name < b.name ? -1 : 1));

const help = `npm run bench -- [scenarios] [--peers a,b] [--rounds 3] [--seconds 8] [--json FILE] [--smoke]

${scenarios.map(({ name, says }) => `  ${name}  ${says}`).join('\n')}

${peers.map(({ name, says }) => `  ${name.padEnd(12)}${says}`).join('\n')}

Without names all scenarios run, beside all peers they make sense for; --peers none leaves them out. --smoke: everything once, small and short,
to see that it runs: its figures mean nothing.`;

async function main(options: Options): Promise<void> {
  const chosen =
    options.scenarios.length === 0 ? scenarios : scenarios.filter(({ name }) => options.scenarios.includes(name));
  const unknown = options.scenarios.filter((name) => !scenarios.some((scenario) => scenario.name === name));
  const strange = (options.peers ?? []).filter((name) => name !== 'none' && !peers.some((peer) => peer.name === name));
  if (unknown.length + strange.length > 0)
    throw new Error(`there is no ${[...unknown, ...strange].join(', ')}\n\n${help}`);
  const effort: Effort = options.isSmoke
    ? { warmMs: 300, measureMs: 1_000, shrink: 50 }
    : { warmMs: 2_000, measureMs: options.seconds * 1_000, shrink: 1 };
  natter.keepsRunning = options.isSmoke;
  say(machine());
  const results: Result[] = [];
  for (const scenario of chosen) {
    const beside = peers.filter(
      ({ name }) => scenario.peers.includes(name) && (options.peers === undefined || options.peers.includes(name)),
    );
    const systems = [natter, ...beside].filter((system) => canRun(system, options.isSmoke));
    for (let round = 1; round <= options.rounds; round++)
      for (const system of systems) {
        const label = `${scenario.name} ${round}/${options.rounds} ${system.name}`;
        const figures = await undisturbed(label, options.isSmoke ? 1 : mostTries, () =>
          scenario.run(system, effort, (what) => say(`${label}: ${what}`)),
        );
        results.push({ scenario: scenario.name, system: system.name, round, figures });
        say(`${label}: ${summary(figures)}`);
      }
  }
  console.log(`\n${tables(results)}`);
  if (options.jsonFile !== undefined)
    writeFileSync(
      options.jsonFile,
      `${JSON.stringify({ machine: machine(), args: process.argv.slice(2), results }, null, 2)}\n`,
    );
}

/** Percent of the processors: a round of which others had more says nothing of the system, and is made again, twice at most. */
const mostTaken = 10;
const mostTries = 3;

async function undisturbed(label: string, most: number, measure: () => Promise<Figures>): Promise<Figures> {
  for (let tries = 1; ; tries++) {
    const stolen = watchStolenTime();
    const figures = await measure();
    const share = figures[taken] ?? stolen() * 100;
    if (share <= mostTaken || tries === most) return { ...figures, [taken]: share };
    say(`${label}: again, the hypervisor took ${Math.round(share)} % of the processors`);
  }
}

const told = new Set<string>();

/** A peer that is not there is left out, and said so; smoke installs nothing. */
function canRun(system: System, isSmoke: boolean): boolean {
  if (isSmoke && /nchan|socketio/.test(system.name)) return false;
  const obstacle = system.obstacle();
  if (obstacle !== undefined && !told.has(system.name)) say(`${system.name} is left out: ${obstacle}`);
  if (obstacle !== undefined) told.add(system.name);
  return obstacle === undefined;
}

function machine(): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${memory} GiB, Linux ${release()}, Node ${process.version}, commit ${commit}`;
}

const summary = (figures: Record<string, number>): string =>
  Object.entries(figures)
    .filter(([name]) => !name.startsWith('µs'))
    .slice(0, 6)
    .map(([name, value]) => `${value.toLocaleString('en', { maximumSignificantDigits: 4 })} ${name}`)
    .join(', ');

try {
  const options = readOptions(process.argv.slice(2));
  if (options.wantsHelp) console.log(help);
  else await main(options);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await natter.end();
}
