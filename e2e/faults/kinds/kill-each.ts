// `kill -9` of each of our processes in turn, and of each room-service in the one moment in which a message is stored
// and nobody knows: PostgreSQL has committed, and the ack has not left.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seeded } from '../../harness/seeded.js';
import { within } from '../../harness/wait.js';
import { services } from '../cast.js';
import { type Fault, HEAL_MS, type Strike } from '../fault.js';
import type { Field } from '../field.js';
import { subjectOf } from '../nats-frames.js';
import type { Watch } from '../wire.js';
import { shuffled } from './shuffled.js';

const AMBUSH_MS = 30_000;
/** Acknowledged sends before the next strike: seventeen of them follow each other. */
const breath = (lot: Seeded): number => lot.between(30, 100);

export const killEach: Fault = {
  name: 'kill-each',
  says: 'kill -9 of each service and gateway in turn, and between commit and ack',
  healMs: HEAL_MS.service,
  plan: (lot, size) => {
    const victims = shuffled(lot, services).slice(0, size.isQuick ? 3 : services.length);
    const ambushes = ['room-1', 'room-2'].flatMap((room) => [ambushAck(lot, room), ambushCommit(lot, room)]);
    const kept = size.isQuick ? shuffled(lot, ambushes).slice(0, 2) : ambushes;
    return shuffled(lot, [...victims.map((part) => killOne(lot, part)), ...kept]);
  },
};

function killOne(lot: Seeded, part: string): Strike {
  const downMs = lot.between(0, 1_000);
  const act = async (field: Field): Promise<void> => {
    await field.kill(part);
    await sleep(downMs);
  };
  return { after: breath(lot), says: `kill -9 ${part}, ${downMs} ms down`, act };
}

/** The room-service hands acks and events to NATS: none of it gets there, and the process is dead. */
function ambushAck(lot: Seeded, room: string): Strike {
  const isIt: Sign = (direction, piece) => direction === 'out' && DELIVERY.test(subjectOf(piece) ?? '');
  const says = `kill -9 ${room} as it tells of a commit`;
  return { after: breath(lot), says, isLonely: true, act: (field) => ambush(field, room, `${room}-nats`, isIt) };
}

/** PostgreSQL says that the append is committed: the room-service never hears it. */
function ambushCommit(lot: Seeded, room: string): Strike {
  const appending = new Set<object>();
  const isIt: Sign = (direction, piece, link) => {
    if (direction === 'out' && piece.includes(APPEND)) appending.add(link);
    return direction === 'back' && appending.has(link) && piece.subarray(-COMMITTED.length).equals(COMMITTED);
  };
  const says = `kill -9 ${room} before it hears of a commit`;
  return { after: breath(lot), says, isLonely: true, act: (field) => ambush(field, room, `${room}-postgres`, isIt) };
}

type Sign = (...seen: Parameters<Watch>) => boolean;
const DELIVERY = /^natter\.instance\..*\.deliver$/;
/** The prepared statement that appends, as a Bind message names it. */
const APPEND = '\0append\0';
/** ReadyForQuery, outside a transaction. */
const COMMITTED = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

/** Waits for the sign on a wire; in that turn of the event loop the sign is dropped and the part killed. */
async function ambush(field: Field, part: string, wireName: string, isIt: Sign): Promise<void> {
  const wire = field.wire(wireName);
  const sprung = new Promise<void>((resolve) => {
    let end: Promise<void> | undefined;
    wire.watch = (direction, piece, link) => {
      if (!end && !isIt(direction, piece, link)) return 'pass';
      end ??= field.kill(part);
      resolve(end);
      return 'drop'; // what was on its way when the process died died with it
    };
  });
  await within(`something to lie in wait for comes along ${wireName}`, sprung, AMBUSH_MS);
}
