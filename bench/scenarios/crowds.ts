// The scenarios in which many are there: S4 (idle), S7 (all come back at once), S8 (more gateways), S6 (many are absent).
import { setTimeout as sleep } from 'node:timers/promises';
import { ofDoors, total } from '../by-part.js';
import { cpuSeconds } from '../cpu.js';
import type { Member } from '../generator/member.js';
import { Saturation } from '../generator/saturate.js';
import { inTurns } from '../in-turns.js';
import { pssBytes } from '../memory.js';
import type { NatterRunning } from '../systems/natter.js';
import type { Running } from '../systems/system.js';
import { measured } from './measured.js';
import { openAll } from './messages.js';
import { type Effort, type NatterScenario, type Scenario, shrunk } from './scenario.js';

const layout = { rooms: 200, members: 10 };
const openWidth = 64;
/** What is garbage of opening is collected by then, and tables have their size. */
const settle = ({ shrink }: Effort): Promise<void> => sleep(shrink === 1 ? 5_000 : 300);

/** So many sockets: each member of each room in turn, again and again. */
const open = (running: Running, count: number, rooms: number): Promise<Member[]> =>
  inTurns(
    Array.from({ length: count }, (_, index) => index),
    (index) => running.open(index % rooms, Math.floor(index / rooms) % layout.members),
    openWidth,
  );

/** Cores that nothing but being there takes. */
async function idleCores(running: Running, ms: number): Promise<number> {
  const before = total(cpuSeconds(running.pids));
  await sleep(ms);
  return (total(cpuSeconds(running.pids)) - before) / (ms / 1_000);
}

export const idle: Scenario = {
  name: 'S4',
  says: '10,000 idle sockets: connect rate, memory, what keeping them costs',
  peers: ['socketio'],
  run: async (system, effort, say) => {
    const rooms = shrunk(layout.rooms, effort);
    const count = shrunk(10_000, effort);
    const running = await system.start({ rooms, members: layout.members });
    try {
      await settle(effort);
      // Of processes that have done nothing yet: what the first sockets let grow belongs to what sockets take.
      const before = pssBytes(running.pids);
      const warm = await open(running, Math.min(4_000, count), rooms); // code is compiled, pools are filled
      for (const member of warm) member.close();
      await settle(effort);
      const none = await idleCores(running, effort.shrink === 1 ? 15_000 : effort.measureMs);
      const cpuBefore = cpuSeconds(running.pids);
      const beganMs = performance.now();
      const members = await open(running, count, rooms);
      const seconds = (performance.now() - beganMs) / 1_000;
      const cost = [...cpuSeconds(running.pids)].map(
        ([name, cpu]) => [name, (cpu - (cpuBefore.get(name) ?? 0)) / count] as const,
      );
      say(`${members.length} sockets in ${seconds.toFixed(1)} s`);
      await settle(effort);
      const some = await idleCores(running, effort.shrink === 1 ? 50_000 : effort.measureMs); // two heartbeats
      const after = pssBytes(running.pids);
      for (const member of members) member.close();
      return {
        'connects/s': count / seconds,
        'CPU ms a connect': total(new Map(cost)) * 1_000,
        'KiB a socket, gateways': (ofDoors(after) - ofDoors(before)) / count / 1_024,
        'KiB a socket, all': (total(after) - total(before)) / count / 1_024,
        'MiB in all': total(after) / 2 ** 20,
        'idle without sockets, % of a core': none * 100,
        'what 10,000 idle sockets add, % of a core': ((some - none) * 100 * 10_000) / count,
        ...Object.fromEntries(cost.map(([name, one]) => [`µs a connect: ${name}`, one * 1e6])),
      };
    } finally {
      await running.stop();
    }
  },
};

export const comeBack: NatterScenario = {
  name: 'S7',
  says: '5,000 sockets reconnect at once',
  run: async (system, effort) => {
    const rooms = shrunk(layout.rooms, effort);
    const count = shrunk(5_000, effort);
    const running = await system.start({ rooms, members: layout.members });
    try {
      const members = await open(running, count, rooms);
      for (const member of members) member.close();
      await settle(effort);
      const statementsBefore = await statements(running);
      const beganMs = performance.now();
      const again = await Promise.all(
        Array.from({ length: count }, (_, index) =>
          running.open(index % rooms, Math.floor(index / rooms) % layout.members),
        ),
      );
      const seconds = (performance.now() - beganMs) / 1_000;
      await sleep(1_500); // PostgreSQL tells of its statistics with about a second's delay
      const each = ((await statements(running)) - statementsBefore) / count;
      for (const member of again) member.close();
      return { 'seconds until the last is synced': seconds, 'SQL transactions a client': each };
    } finally {
      await running.stop();
    }
  },
};

export const moreGateways: NatterScenario = {
  name: 'S8',
  says: '1, 2 and 4 gateways at the same load: that of S2',
  run: async (system, effort, say) => {
    const many = { rooms: shrunk(layout.rooms, effort), members: layout.members };
    const figures: Record<string, number> = {};
    // Two first: for smoke they run already.
    for (const gateways of [2, 1, 4]) {
      const running = await system.start(many, gateways);
      try {
        const members = await openAll(running, many);
        say(`${gateways} gateways`);
        const senders = members.filter((_, index) => index % many.members === 0);
        const load = new Saturation({ members, senders, inflight: 1, bodyChars: 100 });
        const figuresOf = await measured(running, load, effort);
        for (const what of ['CPU-s per million deliveries', 'messages/s', 'delivery p50 ms'])
          figures[`${what}, ${gateways} gateways`] = figuresOf[what] ?? Number.NaN;
        for (const member of members) member.close();
      } finally {
        await running.stop();
      }
    }
    return figures;
  },
};

export const absent: NatterScenario = {
  name: 'S6',
  says: 'a room of 10 who are there, and 0, then 100,000 who are not',
  run: async (system, effort, say) => {
    const one = { rooms: 1, members: 10 };
    const running = await system.start(one);
    try {
      const members = await openAll(running, one);
      const figures: Record<string, number> = {};
      const room = running.rooms[0] ?? '';
      const count = shrunk(100_000, effort);
      const passes = effort.shrink === 1 ? 2 : 1;
      // In turns, and the first ones do not count: code that is being compiled costs more than anybody who is away.
      for (let pass = 0; pass <= passes; pass++)
        for (const away of [0, count]) {
          await setAbsent(running, room, away);
          say(`${away} absent`);
          const load = new Saturation({ members, senders: members.slice(0, 1), inflight: 1, bodyChars: 100 });
          const { 'CPU-s per million messages': cpu = 0, 'ack p50 ms': p50 = 0 } = await measured(
            running,
            load,
            effort,
          );
          if (pass === 0) continue;
          for (const [what, figure] of [['CPU-s per million messages', cpu] as const, ['ack p50 ms', p50] as const])
            figures[`${what}, ${away} absent`] = (figures[`${what}, ${away} absent`] ?? 0) + figure / passes;
        }
      for (const member of members) member.close();
      return figures;
    } finally {
      await running.stop();
    }
  },
};

/** People who were never there cost too much to sign up: they are written where members stand. */
async function setAbsent(running: NatterRunning, room: string, count: number): Promise<void> {
  await running.sql('DELETE FROM members WHERE room = $1 AND joined_seq = 0', [room]);
  await running.sql(
    `INSERT INTO members (room, usr, role, joined_seq, joined_at, delivered, read)
     SELECT $1, gen_random_uuid(), 'member', 0, now(), 0, 0 FROM generate_series(1, $2::int)`,
    [room, count],
  );
  await running.sql('UPDATE rooms SET members = (SELECT count(*) FROM members WHERE room = $1) WHERE id = $1', [room]);
  await running.sql('VACUUM ANALYZE members');
}

async function statements(running: NatterRunning): Promise<number> {
  const [row] = await running.sql<{ n: number }>(
    `SELECT sum(xact_commit + xact_rollback)::int AS n FROM pg_stat_database WHERE datname LIKE 'natter%'`,
  );
  return row?.n ?? 0;
}

export const crowds = { idle, comeBack, moreGateways, absent };
export type { Effort };
