// A tenth of the sockets stop reading while much is said to them: each is let go with 4504, the gateways' memory stays
// bounded, nobody else waits longer, and they come back complete (P17). What is long goes to a room of their own: 64 clients in this
// one process would need more time for reading it than the system for sending it.
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../harness/wait.js';
import { doors } from '../cast.js';
import { calm, type Fault, HEAL_MS } from '../fault.js';
import type { Field } from '../field.js';
import type { Chatter, Load, Member } from '../load.js';
import { percentile } from '../percentile.js';
import { RuleUser } from '../rule-user.js';

const SHARE = 10;
/** Nearly as much as a message may hold, three bytes each: a kernel holds some megabytes for a connection before a gateway notices anything. */
const LONG_BODY = '漢'.repeat(7_900);
const LONG_PER_S = 40;
/** Unanswered long messages at which their sender waits. */
const WINDOW = 12;
const WARM_UP_MS = 4_000;
const WINDOW_MS = 10_000;
/** Long enough for the kernel's buffers to fill, and for the 10 s a byte may wait; who is still there then ends by missed heartbeats. */
const LET_GO_MS = 50_000;
const LOOK_MS = 250;
const SLOW_READER = '4504';
const MIB = 1 << 20;
const PER_SOCKET_BYTES = 2 * MIB;
/** What a process at work may grow by beside its queues: garbage that V8 has not collected yet is no queue. */
const GARBAGE_BYTES = 96 * MIB;
const P99 = { before: 'p99 of the others before, ms', again: 'p99 again, ms', slow: 'p99 meanwhile, ms' } as const;
/** P17 says that others notice nothing; below this many runs a p99 says nothing either. */
const RISE = 0.1;
const RUNS_TO_JUDGE = 10;
/** Two standard errors of a median, in median deviations over the root of their number: 2 × 1.4826 × √(π/2) for a normal distribution. */
const TWO_ERRORS = 3.7;

const median = (values: number[]): number =>
  percentile(
    values.sort((a, b) => a - b),
    0.5,
  ) ?? 0;

export const slowReaders: Fault = {
  name: 'slow-readers',
  says: 'a tenth of the sockets stop reading; they are let go with 4504, others notice nothing',
  healMs: HEAL_MS.everything,
  plan: (lot) => {
    const first = lot.between(0, SHARE - 1);
    const says = `every ${SHARE}th client stops reading, from number ${first} on`;
    return [{ after: calm(lot), says, isLonely: true, act: (field, load) => stall(field, load, first) }];
  },
  judge: (results) => {
    const runs = results.flatMap(({ measured: { [P99.before]: before, [P99.again]: again, [P99.slow]: slow } }) =>
      before && again && slow ? [{ quiet: before / again, slow: slow / again }] : [],
    );
    if (runs.length < RUNS_TO_JUDGE) return [];
    const rise = median(runs.map(({ slow }) => slow)) - 1;
    const spread = median(runs.map(({ quiet }) => Math.abs(quiet - 1)));
    const noise = (TWO_ERRORS * spread) / Math.sqrt(runs.length);
    if (rise <= RISE + noise) return [];
    const percent = (share: number): string => `${Math.round(share * 100)} %`;
    return [
      `the p99 of others rose by ${percent(rise)} while some read slowly; two quiet windows explain ${percent(noise)}`,
    ];
  },
};

async function stall(field: Field, load: Load, first: number): Promise<void> {
  // The SDK gives a connection up itself when an answer does not come.
  const patient = load.members.filter(({ client }) => client instanceof RuleUser);
  const members = patient.filter((_, index) => index % SHARE === first);
  const slow = members.map(({ client }) => client);
  const names = new Set(slow.map(({ name }) => name));
  const [talker] = load.members.filter(({ client }) => !names.has(client.name));
  if (!talker) throw new Error('nobody is left to talk');
  const room = await load.openRoom([...members, talker]);
  const hush = keepTalking(load, talker, room);
  try {
    await sleep(WARM_UP_MS);
    const { history } = load;
    const p99Since = (fromMs: number): number =>
      percentile(
        history.ackTimes(fromMs, history.nowMs, (client) => !names.has(client)),
        0.99,
      ) ?? 0;
    const before = await quietWindow(field, p99Since, history.nowMs);
    const again = await quietWindow(field, p99Since, history.nowMs);
    // New connections, and at once no reading: the kernel lends more to one that has read much.
    await goStraight(load, slow);
    const calmly = await gauge(field);
    const [fromMs, fromFact] = [history.nowMs, history.facts.length];
    for (const client of slow) client.pause();
    const most = await whileSlow(field, calmly, slow.length);
    const meanwhile = p99Since(fromMs);
    const closed = (): string[] =>
      history.facts.slice(fromFact).flatMap((fact) => {
        const isTheirs = fact.kind === 'closed' && names.has(fact.connection.split('#')[0] ?? '');
        return isTheirs ? [`${fact.code}`] : [];
      });
    for (const client of slow) client.resume();
    await until('those who read again hear that they were let go', () => closed().length >= slow.length);
    Object.assign(load.measured, {
      [P99.before]: before,
      [P99.again]: again,
      [P99.slow]: meanwhile,
      'let go after, s': most.tookMs / 1_000,
      'most queued at one gateway, MiB': most.queued / MIB,
      'growth of a gateway, MiB': most.grown / MIB,
      'clients that saw 4504 themselves': closed().filter((code) => code === SLOW_READER).length,
    });
  } finally {
    for (const client of slow) client.resume();
    load.straight.clear();
    await hush();
  }
}

/** Nothing happens, but the gateways are asked as often as while some are slow: that costs them something too. @returns its p99 */
async function quietWindow(field: Field, p99Since: (fromMs: number) => number, fromMs: number): Promise<number> {
  for (const endMs = Date.now() + WINDOW_MS; Date.now() < endMs; await sleep(LOOK_MS)) await gauge(field);
  return p99Since(fromMs);
}

/** Long messages at a steady pace. @returns ends it */
function keepTalking(load: Load, member: Member, room: string): () => Promise<void> {
  const over = new AbortController();
  const talk = async (): Promise<void> => {
    for (; !over.signal.aborted; await sleep(1_000 / LONG_PER_S))
      if (member.client.unacked < WINDOW) void load.say(member, room, LONG_BODY);
  };
  const talking = talk();
  return () => {
    over.abort();
    return talking;
  };
}

/** Past the wires, which would hold as much again for each connection as the kernel does. */
async function goStraight(load: Load, clients: readonly Chatter[]): Promise<void> {
  const before = new Set(clients.map(({ connectionId }) => connectionId));
  for (const client of clients) {
    load.straight.add(client.name);
    client.cut();
  }
  const hasMoved = (client: Chatter): boolean => client.isReady && !before.has(client.connectionId);
  await until('those who will read slowly have moved', () => clients.every(hasMoved));
}

interface Gauge {
  rss: number;
  queued: number;
  letGo: number;
}

/**
 * Waits until the gateways have let go as many as read slowly, and no other, and watches their memory meanwhile. They
 * are asked themselves: what a kernel still holds for a client that does not read, its `bye` included, that client sees
 * only when it reads on.
 */
async function whileSlow(
  field: Field,
  before: readonly Gauge[],
  slow: number,
): Promise<{ tookMs: number; queued: number; grown: number }> {
  const beganMs = Date.now();
  let [mostQueued, grown] = [0, 0];
  const look = async (): Promise<number> => {
    const now = await gauge(field);
    let letGo = 0;
    for (const [index, { rss, queued, letGo: here }] of now.entries()) {
      const was = before[index] ?? { rss, queued, letGo: here };
      letGo += here - was.letGo;
      mostQueued = Math.max(mostQueued, queued);
      grown = Math.max(grown, rss - was.rss);
      if (queued > slow * PER_SOCKET_BYTES) throw new Error(`${doors[index]} holds ${queued} bytes for slow readers`);
      if (rss - was.rss > GARBAGE_BYTES + slow * PER_SOCKET_BYTES)
        throw new Error(`${doors[index]} grew by ${rss - was.rss} bytes for ${slow} slow sockets`);
    }
    return letGo;
  };
  let letGo = 0;
  for (; letGo < slow && Date.now() - beganMs < LET_GO_MS; letGo = await look()) await sleep(LOOK_MS);
  if (letGo !== slow) throw new Error(`${letGo} sockets were let go as slow; ${slow} did not read`);
  return { tookMs: Date.now() - beganMs, queued: mostQueued, grown };
}

/** What each ws-gateway tells of itself. */
function gauge(field: Field): Promise<Gauge[]> {
  return Promise.all(
    doors.map(async (door) => {
      const metrics = await (await fetch(`${await field.system.healthUrl(door)}/metrics`)).text();
      const read = (name: string, label = ''): number =>
        Number(new RegExp(`^${name}\\{?[^}\\n]*${label}[^}\\n]*\\}? (\\S+)`, 'm').exec(metrics)?.[1] ?? 0);
      return {
        rss: read('process_resident_memory_bytes'),
        queued: read('natter_ws_queued_bytes'),
        letGo: read('natter_ws_closes_total', `code="${SLOW_READER}"`),
      };
    }),
  );
}
