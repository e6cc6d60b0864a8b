// Thousands of clients lose their connection in one instant and return: all are synced within 15 s, at no more than
// three transactions each, and who stayed has every send acknowledged within a second meanwhile.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { within } from '../../harness/wait.js';
import { doors } from '../cast.js';
import { calm, type Fault, HEAL_MS, type Size } from '../fault.js';
import type { Field } from '../field.js';
import { inTurns } from '../in-turns.js';
import { insist } from '../insist.js';
import { CAST, type Load } from '../load.js';
import { percentile } from '../percentile.js';
import type { Done, Order } from '../storm-crowd.js';

const SYNCED_MS = 15_000;
const ACK_P99_MS = 1_000;
const STATEMENTS_EACH = 3;
/** Of the 20 sockets a user may have. */
const SOCKETS_EACH = 18;
const MISSED = 5;
/** PostgreSQL tells of its statistics with about a second's delay. */
const STATISTICS_MS = 1_500;
const CROWD_MS = 180_000;
const CROWD = fileURLToPath(new URL('../storm-crowd.js', import.meta.url));

export const storm: Fault = {
  name: 'storm',
  says: 'thousands of clients (--clients) lose their connection at once; all synced within 15 s',
  healMs: HEAL_MS.everything,
  plan: (lot, { stormClients }) => {
    const seed = lot.between(1, 2 ** 31);
    const says = `${stormClients} clients lose their connection at once and return (${seed})`;
    return [{ after: calm(lot), says, isLonely: true, act: (field, load, size) => rage(field, load, size, seed) }];
  },
};

async function rage(field: Field, load: Load, { stormClients: count, patience }: Size, seed: number): Promise<void> {
  const people = (await field.people(CAST + Math.ceil(count / SOCKETS_EACH))).slice(CAST);
  const [host] = people;
  if (!host) throw new Error('a storm needs people');
  const room = (await insist('a room is made', () => host.createRoom())).id;
  await inTurns(people.slice(1), (person) => insist('a member joins', () => person.join(room)));
  const places = Array.from({ length: count }, (_, index) => {
    const { token } = people[index % people.length] ?? host;
    return { token, url: field.system.socketUrl(index % doors.length) };
  });
  const crowd = new Crowd();
  try {
    await crowd.obey({ do: 'connect', places, room, seed });
    const head = await host.api.get<{ room: { last_seq: number } }>(`/api/rooms/${room}`);
    await crowd.obey({ do: 'cut' });
    for (let n = 0; n < MISSED; n += 1) await host.api.post(`/api/rooms/${room}/messages`, { body: `missed ${n}` });
    await sleep(STATISTICS_MS);
    const [statementsBefore, ackedBefore] = [await transactions(field), load.acked];
    const fromMs = load.history.nowMs;
    const back = await crowd.obey({ do: 'return', position: head.body.room.last_seq });
    const toMs = load.history.nowMs;
    await sleep(STATISTICS_MS);
    // Each send of the load is at most one statement; what else runs in the background counts as the clients'.
    const own = (await transactions(field)) - statementsBefore - (load.acked - ackedBefore);
    if (!('events' in back)) throw new Error('the crowd did not come back');
    const incomplete = back.events.filter((events) => events !== MISSED).length;
    const p99Ms = percentile(load.history.ackTimes(fromMs, toMs), 0.99) ?? 0;
    Object.assign(load.measured, {
      'all synced after, ms': back.tookMs,
      'p99 of acks meanwhile, ms': p99Ms,
      'statements a client': own / count,
      'had to come again': back.refusals,
    });
    const faults = [
      ...(back.tookMs > SYNCED_MS * patience ? [`all were synced after ${back.tookMs} ms only`] : []),
      ...(p99Ms > ACK_P99_MS * patience ? [`the p99 of acks was ${p99Ms} ms`] : []),
      ...(own / count > STATEMENTS_EACH ? [`each took ${(own / count).toFixed(1)} statements`] : []),
      ...(incomplete > 0 ? [`${incomplete} did not get what they missed, once each`] : []),
    ];
    if (faults.length > 0) throw new Error(faults.join('; '));
  } finally {
    await crowd.end();
    await host.api.delete(`/api/rooms/${room}`);
  }
}

/** The process that is all these clients. */
class Crowd {
  readonly #process = fork(CROWD);

  /** @throws Error when it could not be done within three minutes */
  async obey(order: Order): Promise<Done> {
    const answered = once(this.#process, 'message').then(([answer]) => answer as Done);
    this.#process.send(order);
    const done = await within(`the crowd did «${order.do}»`, answered, CROWD_MS);
    if ('failed' in done) throw new Error(done.failed);
    return done;
  }

  /** With the process all its sockets are gone. */
  async end(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
  }
}

async function transactions(field: Field): Promise<number> {
  const [row] = await field.system.query<{ n: number }>(
    'natter_rooms',
    `SELECT sum(xact_commit + xact_rollback)::int AS n FROM pg_stat_database WHERE datname LIKE 'natter%'`,
  );
  return row?.n ?? 0;
}
