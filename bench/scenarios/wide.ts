// S4 as wide as an installation of one machine gets: 65,000 idle sockets on four gateways.
import { setTimeout as sleep } from 'node:timers/promises';
import { ofDoors, total } from '../by-part.js';
import { cpuSeconds } from '../cpu.js';
import { type Crowd, openCrowd } from '../generator/crowd.js';
import { pssBytes } from '../memory.js';
import { type NatterScenario, shrunk } from './scenario.js';

const gateways = 4;
/** Nobody may have more than 20 sockets. */
const layout = { rooms: 400, members: 10 };
const settleMs = 10_000;

export const wide: NatterScenario = {
  // The last, after S8: for smoke its four gateways run on.
  name: 'S9',
  says: '65,000 idle sockets on 4 gateways, from four addresses',
  run: async (system, effort, say) => {
    const rooms = shrunk(layout.rooms, effort);
    const count = shrunk(65_000, effort);
    const running = await system.start({ rooms, members: layout.members }, gateways);
    const crowds: Crowd[] = [];
    try {
      const before = pssBytes(running.pids);
      const beganMs = performance.now();
      const seats = Array.from({ length: count }, (_, index) =>
        running.seat(index % rooms, Math.floor(index / rooms) % layout.members, index % gateways),
      );
      const shares = Array.from({ length: gateways }, (_, share) =>
        openCrowd(
          seats.filter((__, index) => Math.floor((index * gateways) / count) === share),
          `127.0.0.${share + 2}`,
        ),
      );
      for (const crowd of await Promise.allSettled(shares)) {
        if (crowd.status === 'rejected') throw crowd.reason;
        crowds.push(crowd.value);
      }
      const seconds = (performance.now() - beganMs) / 1_000;
      say(`${count} sockets in ${seconds.toFixed(1)} s`);
      await sleep(effort.shrink === 1 ? settleMs : 0);
      const after = pssBytes(running.pids);
      const cpuBefore = total(cpuSeconds(running.pids));
      const idleMs = Math.max(effort.measureMs, effort.shrink === 1 ? 50_000 : 0); // two heartbeats
      await sleep(idleMs);
      const cpu = total(cpuSeconds(running.pids)) - cpuBefore;
      return {
        'connects/s': count / seconds,
        'MiB in all': total(after) / 2 ** 20,
        'MiB in the gateways': ofDoors(after) / 2 ** 20,
        'KiB a socket, gateways': (ofDoors(after) - ofDoors(before)) / count / 1_024,
        'KiB a socket, all': (total(after) - total(before)) / count / 1_024,
        'idle, % of a core per 10,000': ((cpu / (idleMs / 1_000)) * 100 * 10_000) / count,
      };
    } finally {
      for (const crowd of crowds) crowd.close();
      await running.stop();
    }
  },
};
