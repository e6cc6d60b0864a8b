// The scenarios in which people talk: S1, S2, S3, S5.
import { setTimeout as sleep } from 'node:timers/promises';
import { untilCalm } from '../cpu.js';
import type { Member } from '../generator/member.js';
import { Saturation, type SaturateOptions } from '../generator/saturate.js';
import { SteadyFlow } from '../generator/steady.js';
import { inTurns } from '../in-turns.js';
import type { Layout, Running } from '../systems/system.js';
import { measured } from './measured.js';
import { type Effort, type Scenario, shrunk } from './scenario.js';

const openWidth = 32;
/** After a full load: what is under way arrives, what was left for later is done. */
const settleMs = 2_000;
const bodyChars = 100;
const everybody = ['raw', 'nchan', 'socketio', 'socketio-pg'];

interface Talk {
  name: string;
  says: string;
  layout: (effort: Effort) => Layout;
  sendersPerRoom: number;
  /** Closed loop with so many in flight each, or open loop with so many a second together. */
  pace: { inflight: number } | { perSecond: number };
  peers?: readonly string[];
}

const talk = ({ name, says, layout, sendersPerRoom, pace, peers = everybody }: Talk): Scenario => ({
  name,
  says,
  peers,
  run: async (system, effort, say) => {
    const { rooms, members } = layout(effort);
    const running = await system.start({ rooms, members });
    const all: Member[] = [];
    try {
      all.push(...(await openAll(running, { rooms, members })));
      say(`${all.length} sockets`);
      if (effort.shrink === 1) await untilCalm(running.pids);
      const senders = all.filter((_, index) => index % members < sendersPerRoom);
      const parties = { members: all, senders, bodyChars };
      if ('inflight' in pace) return await measured(running, new Saturation({ ...parties, ...pace }), effort);
      await warmUp(parties, effort);
      return await measured(running, new SteadyFlow({ ...parties, ...pace }), effort);
    } finally {
      for (const member of all) member.close();
      await running.stop();
    }
  },
});

/**
 * At a calm pace a process that has just started would run code that is not compiled yet, and compile it, for a minute: that is not
 * what a server costs.
 */
async function warmUp(parties: Omit<SaturateOptions, 'inflight'>, { warmMs }: Effort): Promise<void> {
  const load = new Saturation({ ...parties, inflight: 1 });
  await sleep(2 * warmMs);
  load.stop();
  await sleep(settleMs);
}

/** One socket for each member of each room, in the order of the rooms. */
export const openAll = (running: Running, { rooms, members }: Layout): Promise<Member[]> =>
  inTurns(
    Array.from({ length: rooms * members }, (_, index) => index),
    (index) => running.open(Math.floor(index / members), index % members),
    openWidth,
  );

const many = (effort: Effort): Layout => ({ rooms: shrunk(200, effort), members: 10 });

export const talks: readonly Scenario[] = [
  talk({
    name: 'S1',
    says: 'one room of 500, 10 senders × 8 in flight',
    layout: (effort) => ({ rooms: 1, members: shrunk(500, effort, 20) }),
    sendersPerRoom: 10,
    pace: { inflight: 8 },
  }),
  talk({
    name: 'S2',
    says: '200 rooms of 10, one sender each × 1 in flight',
    layout: many,
    sendersPerRoom: 1,
    pace: { inflight: 1 },
  }),
  talk({
    name: 'S3',
    says: '200 rooms of 10, 500 messages a second, open loop',
    layout: many,
    sendersPerRoom: 1,
    pace: { perSecond: 500 },
  }),
  talk({
    name: 'S5',
    says: '200 senders, each in a room of their own × 1 in flight',
    layout: (effort) => ({ rooms: shrunk(200, effort), members: 1 }),
    sendersPerRoom: 1,
    pace: { inflight: 1 },
    peers: ['socketio', 'socketio-pg'],
  }),
];
