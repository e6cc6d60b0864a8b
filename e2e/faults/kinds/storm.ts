// Thousands of clients lose their connection in one instant and return: all are synced within 15 s, at no more than
// three transactions each, and who stayed has every send acknowledged within a second meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { Person } from '../../harness/person.js';
import { RawSocket, UpgradeRefused } from '../../harness/raw-socket.js';
import { type Seeded, seeded } from '../../harness/seeded.js';
import { until } from '../../harness/wait.js';
import { doors } from '../cast.js';
import { calm, type Fault, HEAL_MS } from '../fault.js';
import type { Field } from '../field.js';
import { inTurns } from '../in-turns.js';
import type { Load } from '../load.js';

const SYNCED_MS = 15_000;
const ACK_P99_MS = 1_000;
const STATEMENTS_EACH = 3;
/** Of the 20 sockets a user may have. */
const SOCKETS_EACH = 18;
const OPENING_WIDTH = 64;
const FIRST_WAIT_MS = 500;
const MISSED = 5;
/** PostgreSQL tells of its statistics with about a second's delay. */
const STATISTICS_MS = 1_500;

export const storm: Fault = {
  name: 'storm',
  says: 'thousands of clients (--clients) lose their connection at once; all synced within 15 s',
  healMs: HEAL_MS.everything,
  plan: (lot, { stormClients }) => {
    const seed = lot.between(1, 2 ** 31);
    const says = `${stormClients} clients lose their connection at once and return (${seed})`;
    return [
      { after: calm(lot), says, isLonely: true, act: (field, load) => rage(field, load, stormClients, seeded(seed)) },
    ];
  },
};

async function rage(field: Field, load: Load, count: number, lot: Seeded): Promise<void> {
  const host = await Person.register(field.system, 'storm-host');
  const room = (await host.createRoom()).id;
  const crowd = await inTurns([...Array(Math.ceil(count / SOCKETS_EACH)).keys()], async (index) => {
    const person = await Person.register(field.system, `storm${index}`);
    await person.join(room);
    return person;
  });
  const places = Array.from({ length: count }, (_, index) => {
    const person = crowd[index % crowd.length] ?? host;
    return { person, door: index % doors.length, waitMs: lot.next() * FIRST_WAIT_MS };
  });
  let sockets = await inTurns(places, ({ person, door }) => person.connect(door), OPENING_WIDTH);
  const head = await host.api.get<{ room: { last_seq: number } }>(`/api/rooms/${room}`);
  const position = head.body.room.last_seq;
  await until('all have got that far', () => sockets.every((socket) => socket.isOpen));

  for (const socket of sockets) socket.cut();
  for (let n = 0; n < MISSED; n += 1) await host.api.post(`/api/rooms/${room}/messages`, { body: `missed ${n}` });
  await sleep(STATISTICS_MS);
  const [statementsBefore, ackedBefore] = [await transactions(field), load.acked];
  const [beganMs, loadMs] = [Date.now(), load.history.nowMs];
  sockets = await Promise.all(
    places.map(async ({ person, door, waitMs }) => {
      await sleep(waitMs);
      return await comeBack(person, door, room, position);
    }),
  );
  const tookMs = Date.now() - beganMs;
  const times = load.history.ackTimes(loadMs);
  const p99Ms = times[Math.floor(times.length * 0.99)] ?? 0;
  await sleep(STATISTICS_MS);
  const acks = load.acked - ackedBefore;
  // Each send of the load is at most one statement; what else runs in the background counts as the clients'.
  const each = ((await transactions(field)) - statementsBefore - acks) / count;
  const got = sockets.filter((socket) => socket.events(room).length === MISSED).length;
  for (const socket of sockets) socket.close();
  const faults = [
    ...(tookMs > SYNCED_MS ? [`all were synced after ${tookMs} ms only`] : []),
    ...(p99Ms > ACK_P99_MS ? [`the p99 of acks was ${p99Ms} ms`] : []),
    ...(each > STATEMENTS_EACH ? [`each took ${each.toFixed(1)} statements`] : []),
    ...(got < count ? [`${count - got} did not get what they missed, once each`] : []),
  ];
  console.log(
    `         storm: ${count} synced in ${tookMs} ms, p99 ack ${p99Ms} ms, ${each.toFixed(2)} statements each`,
  );
  if (faults.length > 0) throw new Error(faults.join('; '));
}

/** By rule 3: after a refusal, a random wait whose bound doubles. */
async function comeBack(person: Person, door: number, room: string, position: number): Promise<RawSocket> {
  for (let tries = 1; ; tries += 1) {
    try {
      const socket = await person.open(door);
      await socket.hello({ [room]: position });
      return socket;
    } catch (error) {
      if (!(error instanceof UpgradeRefused) || tries > 6) throw error;
      await sleep(Math.random() * FIRST_WAIT_MS * 2 ** tries);
    }
  }
}

async function transactions(field: Field): Promise<number> {
  const [row] = await field.system.query<{ n: number }>(
    'natter_rooms',
    `SELECT sum(xact_commit + xact_rollback)::int AS n FROM pg_stat_database WHERE datname LIKE 'natter%'`,
  );
  return row?.n ?? 0;
}
