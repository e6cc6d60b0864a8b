// A bad network between clients and gateways: 500 ms and 20 % loss; and sockets that die without a word, which the
// gateway has to find by itself within 60 s (P15).
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../../harness/seeded.js';
import { until } from '../../harness/wait.js';
import { doors } from '../cast.js';
import { calm, type Fault, HEAL_MS, type Strike } from '../fault.js';
import type { Field } from '../field.js';
import type { Load } from '../load.js';
import type { Wire } from '../wire.js';

const GONE_MS = 60_000;
const LOOK_MS = 1_000;

export const badNetwork: Fault = {
  name: 'bad-network',
  says: '20 % loss and 500 ms latency; half-open sockets without FIN are gone within 60 s',
  healMs: HEAL_MS.everything,
  plan: (lot, { isQuick }) => {
    const [door, seed] = [lot.pick(doors), lot.between(1, 2 ** 31)];
    const slowMs = isQuick ? 5_000 : lot.between(10_000, 30_000);
    const act: Strike['act'] = async (field, load, { patience }) => {
      const dead = await connectionsAt(load, door);
      if (dead.size === 0) throw new Error(`nobody is connected to ${door}`);
      for (const wire of waysTo(field, door)) wire.cut(['out', 'back']);
      const cutMs = Date.now();
      await blow(field, seed, slowMs);
      if (isQuick) return;
      const areGone = async (): Promise<boolean> => !areAny(dead, await connectionsAt(load, door));
      await until(`the ${dead.size} dead sockets of ${door} are gone`, areGone, GONE_MS * patience - slowMs, LOOK_MS);
      load.measured['dead sockets gone after, s'] = (Date.now() - cutMs) / 1_000;
    };
    const says = `every client of ${door} gone without FIN; every client 500 ms away, 20 % lost, for ${slowMs} ms`;
    return [{ after: calm(lot), says, isLonely: true, act }];
  },
};

/** Those that clients dialled themselves, and those that a front opened for them. */
const waysTo = (field: Field, door: string): Wire[] => field.wires(new RegExp(`^(clients|gateway-\\d+)-${door}$`));

async function blow(field: Field, seed: number, ms: number): Promise<void> {
  const wires = field.wires(/^clients-/);
  for (const wire of wires) wire.weather = { delayMs: 500, loss: 0.2, lot: seeded(seed) };
  await sleep(ms);
  for (const wire of wires) wire.calm();
}

/** The connections that are listed there. */
async function connectionsAt(load: Load, door: string): Promise<Set<string>> {
  const listed = await Promise.all(load.members.map(({ person }) => person.connections()));
  return new Set(listed.flat().flatMap(({ id, gateway }) => (gateway === door ? [id] : [])));
}

const areAny = (some: ReadonlySet<string>, others: ReadonlySet<string>): boolean =>
  [...some].some((one) => others.has(one));
