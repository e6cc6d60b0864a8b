// The quietest case: the last message of a room that then falls silent is lost on NATS. No later message shows the
// hole; it still has to arrive everywhere within 10 s.
import { randomUUID } from 'node:crypto';
import { until } from '../../harness/wait.js';
import { calm, type Fault, HEAL_MS, type Size, type Strike } from '../fault.js';
import type { Field } from '../field.js';
import type { Load } from '../load.js';
import { subjectOf } from '../nats-frames.js';

const ARRIVES_MS = 10_000;
type Way = 'lost' | 'killed';

export const quiet: Fault = {
  name: 'quiet',
  says: 'the last message of a room that falls silent, lost on NATS, arrives within 10 s',
  healMs: HEAL_MS.service,
  plan: (lot, size) => {
    const ways: Way[] = size.isQuick ? ['lost'] : ['lost', 'killed', 'lost', 'killed'];
    return ways.map((way): Strike => {
      const [client, room] = [lot.between(0, 1), lot.between(0, 7)];
      const says = `the last message of room ${room}, by p${client}, ${way === 'lost' ? 'lost on NATS' : 'and nats-server killed'}`;
      const act = async (field: Field, load: Load, { patience }: Size): Promise<void> => {
        await load.quiet();
        await loseLast(field, load, client, room, way, patience).finally(() => load.talk());
      };
      return { after: calm(lot), says, isLonely: true, act };
    });
  },
};

async function loseLast(
  field: Field,
  load: Load,
  sender: number,
  roomIndex: number,
  way: Way,
  patience: number,
): Promise<void> {
  const member = load.members[sender];
  const room = load.rooms[roomIndex];
  if (!member || room === undefined) throw new Error('nobody is there to speak');
  const lacking = load.lacking();
  await until('what was said before has arrived', () => lacking() === undefined);
  const mark = `the last word ${randomUUID()}`;
  let lost = 0;
  let killed: Promise<void> | undefined;
  const wires = field.wires(/^ws-.*-nats$/);
  for (const wire of wires) {
    wire.watch = (direction, piece) => {
      if (killed) return 'drop';
      const isIt = direction === 'back' && piece.includes(mark) && (subjectOf(piece) ?? '').endsWith('.deliver');
      if (!isIt) return 'pass';
      lost += 1;
      if (way === 'killed') killed = field.kill('nats');
      return 'drop';
    };
  }
  const said = load.say(member, room, mark);
  await until('the message got lost', () => lost > 0);
  await killed; // with all that was on its way
  for (const wire of wires) wire.watch = undefined;
  if (way === 'killed') field.start('nats');
  const readers = load.members.filter(({ rooms }) => rooms.includes(room));
  const haveIt = (): boolean => {
    const head = load.history.heads.get(room) ?? 0;
    const hasCome = load.history.facts.some((fact) => fact.kind === 'received' && fact.event.body === mark);
    return hasCome && readers.every(({ client }) => client.position(room) >= head);
  };
  await until('the last message has arrived everywhere', haveIt, ARRIVES_MS * patience, 100);
  await said;
}
