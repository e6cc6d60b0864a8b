// Every container once: killed by `kill -9` of its main process, for Docker to start again; and replaced in order, as an upgrade does.
import { until } from '../harness/wait.js';
import type { Container } from './container.js';
import { docker } from './docker.js';
import { told } from './exits.js';
import { demand, type Stage, type Step } from './step.js';
import { loadOf, underLoad, type UnderLoad } from './under-load.js';

/** From the door to the database; a service that has several has them one by one. */
const ORDER = [
  'nginx',
  'gateway',
  'ws-gateway',
  'auth-service',
  'room-service',
  'session-service',
  'notification-service',
  'nats',
  'postgres',
] as const;
const KILLED = 137;
const BACK_MS = 60_000;
const REPLACE_MS = 180_000;
const STOP_S = 40;

export const killEach: Step = {
  name: 'kill -9 of each container',
  act: (stage) => eachInTurn(stage, 'killed', KILLED, kill),
};

export const rollEach: Step = {
  name: 'roll each service',
  act: (stage) => eachInTurn(stage, 'replaced', 0, replace),
};

async function eachInTurn(
  stage: Stage,
  verb: string,
  code: number,
  strike: (stage: Stage, container: Container) => Promise<void>,
): Promise<string> {
  const { installation, say } = stage;
  const known = await installation.services();
  demand(
    [...ORDER].sort().join() === [...known].sort().join(),
    `there are ${known.join(', ')}, of which some are not ${verb}`,
  );
  const load = loadOf(stage);
  const before = load.acked;
  const times: number[] = [];
  for (const container of (await Promise.all(ORDER.map((service) => installation.containers(service)))).flat()) {
    const { exits, wholeMs }: UnderLoad = await underLoad(stage, () => strike(stage, container));
    const [first, ...others] = exits;
    demand(
      first?.id === container.id && first.code === code && others.length === 0,
      `${container.name} was ${verb}, and there ended ${told(exits)}`,
    );
    say(`  ${container.name} ${verb}, whole after ${wholeMs} ms`);
    times.push(wholeMs);
  }
  return `${times.length} ${verb}, ${load.acked - before} acked, no send failed; whole after at most ${Math.max(...times)} ms`;
}

/** A signal from outside: `docker kill` would count as the operator's wish. */
async function kill({ installation }: Stage, { id, name, pid, service }: Container): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await until(
    `Docker starts ${name} again`,
    async () => {
      const now = (await installation.containers(service)).find((container) => container.id === id);
      return now?.state === 'running' && now.pid !== 0 && now.pid !== pid;
    },
    BACK_MS,
  );
}

/** Of several, one: Compose itself would replace them all at once. */
async function replace({ installation }: Stage, { id, service }: Container): Promise<void> {
  const up = ['up', '--detach', '--no-build', '--no-deps', '--wait'];
  const isOnly = (await installation.containers(service)).length === 1;
  if (isOnly) await installation.compose([...up, '--force-recreate', service], { timeoutMs: REPLACE_MS });
  else {
    await docker(['stop', '-t', String(STOP_S), id]);
    await docker(['rm', id]);
    await installation.compose([...up, '--no-recreate', service], { timeoutMs: REPLACE_MS });
  }
}
