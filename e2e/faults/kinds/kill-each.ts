// `kill -9` of each of our processes in turn, and of each room-service in the one moment in which a message is stored
// and nobody knows: PostgreSQL has committed, and the ack has not left.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seeded } from '../../harness/seeded.js';
import { within } from '../../harness/wait.js';
import { services } from '../cast.js';
import { calm, type Fault, HEAL_MS, type Strike } from '../fault.js';
import type { Field } from '../field.js';
import { subjectOf } from '../nats-frames.js';
import { shuffled } from './shuffled.js';

const AMBUSH_MS = 10_000;

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
  const downMs = lot.between(0, 2_000);
  const act = async (field: Field): Promise<void> => {
    await field.kill(part);
    await sleep(downMs);
  };
  return { after: calm(lot), says: `kill -9 ${part}, ${downMs} ms down`, act };
}

/** The room-service hands acks and events to NATS: none of it gets there, and the process is dead. */
function ambushAck(lot: Seeded, room: string): Strike {
  const says = `kill -9 ${room} as it tells of a commit`;
  const isDelivery = (piece: Buffer): boolean => /^natter\.instance\..*\.deliver$/.test(subjectOf(piece) ?? '');
  return {
    after: calm(lot),
    says,
    isLonely: true,
    act: (field) => ambush(field, room, `${room}-nats`, 'out', isDelivery),
  };
}

/** PostgreSQL says that the append is committed: the room-service never hears it. */
function ambushCommit(lot: Seeded, room: string): Strike {
  const says = `kill -9 ${room} before it hears of a commit`;
  // The rows of the append function come with its columns only once a connection; ReadyForQuery «I» ends each commit.
  const isAnswer = (piece: Buffer): boolean => piece.includes('SELECT ') && piece.subarray(-6).equals(READY);
  return {
    after: calm(lot),
    says,
    isLonely: true,
    act: (field) => ambush(field, room, `${room}-postgres`, 'back', isAnswer),
  };
}

/** ReadyForQuery, outside a transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

async function ambush(
  field: Field,
  part: string,
  wireName: string,
  direction: 'out' | 'back',
  isIt: (piece: Buffer) => boolean,
): Promise<void> {
  const wire = field.wire(wireName);
  const sprung = new Promise<void>((resolve) => {
    let end: Promise<void> | undefined;
    wire.watch = (way, piece) => {
      if (!end && (way !== direction || !isIt(piece))) return 'pass';
      end ??= field.kill(part);
      resolve(end);
      return 'drop'; // what was on its way when the process died died with it
    };
  });
  await within(`something to lie in wait for comes along ${wireName}`, sprung, AMBUSH_MS);
}
