// `npm run test:compose`: an installation in containers from build to restore, under load; see README.md beside it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cursors } from '../faults/after-checks.js';
import { killEach, rollEach } from './blows.js';
import { browserSmoke } from './browser-smoke.js';
import { checkDocker } from './check-docker.js';
import { ComposeGround } from './compose-ground.js';
import { door } from './door.js';
import { Installation } from './installation.js';
import { backUp, destroy, restoreIt, talkOn } from './keep.js';
import { locks } from './locks.js';
import { type Options, readOptions } from './options.js';
import { RunSheet, table } from './run-sheet.js';
import { scaleDown, scaleUp } from './scale.js';
import { build, doctor, secrets, start } from './set-up.js';
import type { Stage, Step } from './step.js';
import { stop } from './stop.js';
import { tellWhy } from './tell-why.js';
import { loadOn } from './under-load.js';
import { loadOff } from './verdict.js';

const HELP = `npm run test:compose -- [--no-build] [--keep] [--seed N]

Builds the images, starts an installation of its own with docker compose, and tries on it whatever an operator meets: two browsers, more
ws-gateways and fewer, kill -9 of every container, an upgrade of every service, a backup, its loss with all volumes, the restore.
From the scaling to the upgrade 64 people talk, and what was acknowledged to them is counted afterwards.

  --no-build    with the images that are there (natter-*:test), of the last run
  --keep        leaves the installation as it is at the end, and says how to look at it and how to remove it
  --seed N      the same people say the same again

Needs Docker with Compose 2, root (it kills processes of containers), and Chromium (CHROMIUM=/path/to/it). It touches no other
installation: project, network, port, images and backups are its own. Exit code: 0 all is as it should be; 1 it is not.`;

const STEPS: readonly Step[] = [
  secrets,
  build,
  start,
  doctor,
  locks,
  door,
  browserSmoke,
  loadOn,
  scaleUp,
  scaleDown,
  killEach,
  rollEach,
  loadOff,
  backUp,
  destroy,
  restoreIt,
  talkOn,
  stop,
];

const interrupted = new AbortController();
const whenInterrupted = new Promise<never>((_, reject) => {
  interrupted.signal.addEventListener('abort', () => reject(interrupted.signal.reason as Error));
});
whenInterrupted.catch(() => undefined); // thrown where a step is waited for

/** @returns whether all was as it should be */
async function run({ builds, keeps, seed }: Options): Promise<boolean> {
  const sheet = new RunSheet((line) => console.log(line));
  const { say } = sheet;
  const take = (step: Step, stage: Stage): Promise<void> => Promise.race([sheet.take(step, stage), whenInterrupted]);
  say(await checkDocker());
  const stage = await setStage(seed, say);
  let isGood = false;
  try {
    say(`project ${stage.installation.project}, ${stage.installation.url}, seed ${seed}`);
    for (const step of STEPS) if (builds || step !== build) await take(step, stage);
    isGood = true;
  } catch (error) {
    say((error as Error).message);
    if (error !== interrupted.signal.reason) await tellWhy(stage).catch((fault: Error) => say(fault.message));
  }
  const isClear = keeps ? tellHow(stage) : await sheet.take(cleanUp, stage).then(() => true, failed(say));
  stage.ground.exits.end();
  if (isGood && isClear) rmSync(stage.logs, { recursive: true, force: true });
  else say(`logs are in ${stage.logs}`);
  console.log(
    `\n${table(sheet.done)}\n\n${isGood && isClear ? 'All is as it should be.' : 'NOT ALL IS AS IT SHOULD BE.'}`,
  );
  return isGood && isClear;
}

async function setStage(seed: number, say: (sentence: string) => void): Promise<Stage> {
  const { signal } = interrupted;
  const installation = await Installation.prepare(signal);
  const logs = mkdtempSync(join(tmpdir(), 'natter-compose-logs-'));
  const ground = new ComposeGround(installation);
  return { installation, ground, seed, signal, say, logs, cursors: new Cursors(), flaws: [], witnesses: [] };
}

const cleanUp: Step = {
  name: 'clean up',
  async act({ installation }) {
    await installation.remove();
    return 'no container, volume, network or file is left; the images natter-*:test stay for --no-build';
  },
};

function tellHow({ installation, say }: Stage): true {
  say(`it is left at ${installation.url}; to look at it: ${installation.commandLine('ps')}`);
  say(`to remove it: ${installation.commandLine('--profile operator down --volumes')} && rm -r ${installation.folder}`);
  return true;
}

const failed =
  (say: (sentence: string) => void) =>
  (error: Error): false => {
    say(error.message);
    return false;
  };

// What was begun is cleared away, whatever ends it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => interrupted.abort(new Error('interrupted: clearing away')));
process.on('uncaughtException', (error) => interrupted.abort(error));
try {
  const options = readOptions(process.argv.slice(2));
  if (options.wantsHelp) console.log(HELP);
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
process.exit(); // clients that were left behind try to connect for ever
