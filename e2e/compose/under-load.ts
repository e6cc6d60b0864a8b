// The load goes on from one step to the next; after each, everybody must be connected and have everything again.
import { setTimeout as sleep } from 'node:timers/promises';
import { Load } from '../faults/load.js';
import { seeded } from '../harness/seeded.js';
import type { Exit } from './exits.js';
import { demand, type Stage, type Step } from './step.js';

const SENDS_PER_S = 60;
/** Sends acknowledged between two blows. */
const CALM = 60;
/** P5 says 10 s after healing; a busy machine, and clients that wait as they are told, take longer. */
const WHOLE_MS = 60_000;
const LOOK_MS = 50;

export const loadOn: Step = {
  name: 'load on',
  async act(stage) {
    stage.load = await Load.begin(stage.ground, seeded(stage.seed), SENDS_PER_S);
    stage.load.talk();
    await stage.load.whenAcked(CALM);
    const { everybody, rooms } = stage.load;
    return `${everybody.length} clients in ${rooms.length} rooms, ${SENDS_PER_S} sends/s`;
  },
};

export function loadOf({ load }: Stage): Load {
  demand(load !== undefined, 'there is no load');
  return load;
}

export interface UnderLoad {
  /** From when all was well until everybody had everything. */
  wholeMs: number;
  exits: Exit[];
}

/**
 * Something done to the installation while the load goes on: before it some sends, after it all containers are well and everybody has
 * everything again.
 *
 * @throws Error when a client was refused something, stopped, or is not whole in time
 */
export async function underLoad(
  stage: Stage,
  act: () => Promise<unknown>,
  replicas?: Readonly<Record<string, number>>,
): Promise<UnderLoad> {
  const load = loadOf(stage);
  await load.whenAcked(CALM);
  await act();
  await stage.installation.whenWell(replicas);
  const wholeMs = await whole(stage);
  stage.flaws.push(...(await stage.cursors.look(stage.ground, load)));
  return { wholeMs, exits: stage.ground.exits.take() };
}

async function whole(stage: Stage): Promise<number> {
  const { signal } = stage;
  const load = loadOf(stage);
  const wellMs = Date.now();
  const owedMs = load.longestWaitMs;
  const lacking = load.lacking();
  for (let lack = lacking(); lack !== undefined; lack = lacking()) {
    signal.throwIfAborted();
    const stopped = load.everybody.find(({ client }) => client.stoppedBy !== undefined)?.client;
    demand(stopped === undefined, `${stopped?.name} gave up: ${stopped?.stoppedBy}`);
    demand(Date.now() - wellMs < WHOLE_MS + owedMs, `after ${WHOLE_MS / 1_000} s ${lack.who} lacks ${lack.what}`);
    await sleep(LOOK_MS);
  }
  demand(load.refusals.length === 0, `sends failed: ${load.refusals.slice(0, 5).join('; ')}`);
  return Date.now() - wellMs;
}
