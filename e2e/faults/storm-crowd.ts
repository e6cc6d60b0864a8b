// The process that is the thousands of clients of a storm. They have one of their own, so that the load and its clock
// do not wait for them. Started by kinds/storm.ts, which tells it what to do and waits for each thing to be done.
import { setTimeout as sleep } from 'node:timers/promises';
import { RawSocket, UpgradeRefused } from '../harness/raw-socket.js';
import { seeded } from '../harness/seeded.js';
import { within } from '../harness/wait.js';
import { inTurns } from './in-turns.js';

/** One client: who it is, and where it connects to. */
export interface Place {
  token: string;
  url: string;
}

export type Order =
  | { do: 'connect'; places: Place[]; room: string; seed: number }
  | { do: 'cut' }
  /** Everybody comes back and has to be sent the events of the room after `position`. */
  | { do: 'return'; position: number };

export type Done =
  | { done: 'connect' | 'cut' }
  /** `tookMs`: until the last one was synced; `events`: how many each was sent; `refusals`: how often one had to come again. */
  | { done: 'return'; tookMs: number; events: number[]; refusals: number }
  | { failed: string };

const OPENING_WIDTH = 64;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
/** Who is not synced by then never will be. */
const PATIENCE_MS = 90_000;

let places: Place[] = [];
let room = '';
let lot = seeded(1);
let refusals = 0;
let clients: { socket: RawSocket; events: number }[] = [];

/** Resolves once it is synced; by rule 3, after a refusal, a random wait whose bound doubles. */
async function come({ token, url }: Place, rooms?: Record<string, number>): Promise<(typeof clients)[number]> {
  const untilMs = Date.now() + PATIENCE_MS;
  for (let tries = 1; ; tries += 1) {
    try {
      return await openOnce(url, token, rooms);
    } catch (error) {
      if (!(error instanceof UpgradeRefused) || Date.now() > untilMs) throw error;
      refusals += 1;
      await sleep(lot.next() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries));
    }
  }
}

async function openOnce(url: string, token: string, rooms?: Record<string, number>): Promise<(typeof clients)[number]> {
  let events = 0;
  let hear: () => void = () => undefined;
  const synced = new Promise<void>((resolve) => (hear = resolve));
  const socket = await RawSocket.open(url, {
    token,
    forgetsEvents: true,
    onFrame: (frame) => {
      if (frame.type === 'message' && frame.room === room) events += 1;
      if (frame.type === 'synced') hear();
    },
  });
  socket.send({ type: 'hello', client: 'e2e/1', ...(rooms ? { rooms } : {}) });
  const closed = socket.closed.then(({ code, reason }): never => {
    throw new UpgradeRefused(code, reason); // comes again like one that was not let in
  });
  await within('a client of the crowd is synced', Promise.race([synced, closed]), PATIENCE_MS);
  return {
    socket,
    get events() {
      return events;
    },
  };
}

async function obey(order: Order): Promise<Done> {
  if (order.do === 'connect') {
    ({ places, room } = order);
    lot = seeded(order.seed);
    clients = await inTurns(places, (place) => come(place), OPENING_WIDTH);
    return { done: 'connect' };
  }
  if (order.do === 'cut') {
    for (const { socket } of clients) socket.cut();
    return { done: 'cut' };
  }
  const beganMs = Date.now();
  refusals = 0;
  clients = await Promise.all(
    places.map(async (place) => {
      await sleep(lot.next() * FIRST_WAIT_MS);
      return await come(place, { [room]: order.position });
    }),
  );
  return { done: 'return', tookMs: Date.now() - beganMs, events: clients.map(({ events }) => events), refusals };
}

process.on('message', (order: Order) => {
  const answer = (done: Done): void => void process.send?.(done);
  obey(order).then(answer, (error: unknown) => answer({ failed: String(error) }));
});
process.once('disconnect', () => process.exit(0));
