// `docker compose stop`: every socket is told to go, every process ends by itself, in time.
import { isWell } from './container.js';
import { told } from './exits.js';
import { demand, type Step } from './step.js';

const SOCKETS_EACH = 4;
/** Of the compose file, the longest. */
const GRACE_MS = 35_000;
const DRAINING = 4503;

export const stop: Step = {
  name: 'stop',
  async act({ installation, ground, witnesses }) {
    ground.exits.take();
    const count = (await installation.containers()).filter(isWell).length;
    const many = witnesses.flatMap((person) => Array.from({ length: SOCKETS_EACH }, () => person));
    const sockets = await Promise.all(many.map((person) => person.connect('front')));
    const beganMs = Date.now();
    await installation.compose(['stop'], { timeoutMs: 3 * GRACE_MS });
    const tookMs = Date.now() - beganMs;
    const ends = await Promise.all(sockets.map((socket) => socket.end()));
    const rude = ends.filter(({ code }, n) => code !== DRAINING || sockets[n]?.all('bye').length !== 1);
    demand(
      rude.length === 0,
      `of ${ends.length} sockets ${rude.length} heard no bye: ${rude.map(({ code }) => code).join()}`,
    );
    const exits = ground.exits.take();
    const isOrderly = exits.length === count && exits.every(({ code }) => code === 0);
    demand(isOrderly, `of ${count} there ended ${told(exits)}`);
    demand(tookMs < GRACE_MS, `it took ${tookMs} ms`);
    return `${count} containers ended with 0 in ${(tookMs / 1_000).toFixed(1)} s; ${sockets.length} sockets were told bye`;
  },
};
