// A tenth of the sockets stop reading while much is said: they are let go with 4504, the gateways' memory stays
// bounded, nobody else waits longer, and they come back complete (P17).
import { setTimeout as sleep } from 'node:timers/promises';
import { doors } from '../cast.js';
import { calm, type Fault, HEAL_MS } from '../fault.js';
import type { Field } from '../field.js';
import type { Load } from '../load.js';

const SHARE = 10;
/** Kernels hold some megabytes for each connection before a gateway notices anything. */
const LONG_BODY = [7_000, 7_900] as const;
const BUSY_PER_S = 200;
const SLOW_READER = 4504;
const PER_SOCKET_BYTES = 2 * (1 << 20);
/** What a process may grow by that holds as many slow sockets: garbage not collected yet is no queue. */
const GROWTH_BYTES = 128 * (1 << 20);
/** Long enough for the kernels' buffers to fill, on both sides of the wire. */
const STALL_MS = 45_000;
const WARM_UP_MS = 10_000;

export const slowReaders: Fault = {
  name: 'slow-readers',
  says: 'a tenth of the sockets stop reading; they are let go with 4504, others notice nothing',
  healMs: HEAL_MS.everything,
  plan: (lot) => {
    const first = lot.between(0, SHARE - 1);
    const says = `every ${SHARE}th client from p${first} on stops reading for ${STALL_MS} ms`;
    return [{ after: calm(lot), says, act: (field, load) => stall(field, load, first) }];
  },
};

async function stall(field: Field, load: Load, first: number): Promise<void> {
  const slow = load.clients.filter((_, index) => index % SHARE === first);
  const [pace, body] = [load.sendsPerS, load.bodyChars];
  load.bodyChars = [...LONG_BODY];
  load.sendsPerS = BUSY_PER_S;
  try {
    await sleep(WARM_UP_MS);
    const beforeBytes = await memories(field);
    const fromFact = load.history.facts.length;
    for (const client of slow) client.pause();
    await sleep(STALL_MS);
    const afterBytes = await memories(field);
    for (const [index, after] of afterBytes.entries()) {
      const grown = after - (beforeBytes[index] ?? 0);
      const allowed = GROWTH_BYTES + slow.length * PER_SOCKET_BYTES;
      if (grown > allowed) throw new Error(`${doors[index]} grew by ${grown} bytes for ${slow.length} slow sockets`);
    }
    for (const client of slow) client.resume();
    await sleep(2_000);
    const names = new Set(slow.map(({ name }) => name));
    const closes = load.history.facts
      .slice(fromFact)
      .flatMap((fact) =>
        fact.kind === 'closed' ? [{ name: fact.connection.split('#')[0] ?? '', code: fact.code }] : [],
      );
    const strangers = closes.filter(({ name, code }) => !names.has(name) && code === SLOW_READER);
    if (strangers.length > 0) throw new Error(`${strangers.length} clients that read were let go as slow`);
    const letGo = closes.filter(({ name }) => names.has(name)).length;
    if (letGo < slow.length) throw new Error(`only ${letGo} of ${slow.length} slow readers were let go`);
  } finally {
    for (const client of slow) client.resume();
    load.sendsPerS = pace;
    load.bodyChars = body;
  }
}

/** Resident bytes of each ws-gateway, as it tells itself. */
function memories(field: Field): Promise<number[]> {
  return Promise.all(
    doors.map(async (door) => {
      const metrics = await (await fetch(`${await field.system.healthUrl(door)}/metrics`)).text();
      return Number(/^process_resident_memory_bytes(?:\{[^}]*\})? (\S+)/m.exec(metrics)?.[1] ?? 0);
    }),
  );
}
