// A perfect Natter in a hundred lines, for the checker's own tests: it plays any list of steps by the contract
// and hands over the history and the truth, which are good by construction. Faults are then planted into them.
import type { Fact, SeenEvent } from './history.js';
import type { Truth } from './history-checker.js';

/** What becomes of a send: `lost_ack` is stored, `lost_send` is not; of neither does its sender hear. */
export type Fate = 'acked' | 'lost_ack' | 'lost_send' | 'refused';

export type Step =
  | { do: 'send'; reader: number; room: number; fate: Fate }
  | { do: 'deliver'; reader: number; room: number; count: number }
  | { do: 'sync'; reader: number; room: number; back: number }
  | { do: 'cut'; reader: number };

export interface Played {
  facts: Fact[];
  truth: Truth;
}

interface Reader {
  name: string;
  connection: string;
  positions: Map<string, number>;
  unacked: { room: string; id: string; body: string }[];
}

/** Plays the steps; then everybody returns, sends again what was not answered, and is sent what is owed. */
export function playSteps(steps: readonly Step[], readerCount = 3, roomCount = 2): Played {
  const server = new IdealServer(readerCount, roomCount);
  for (const step of steps) server.play(step);
  server.settle();
  return { facts: server.facts, truth: server.truth() };
}

class IdealServer {
  readonly facts: Fact[] = [];
  readonly #rooms: string[];
  readonly #readers: Reader[];
  readonly #log = new Map<string, SeenEvent[]>();
  #count = 0;

  constructor(readerCount: number, roomCount: number) {
    this.#rooms = Array.from({ length: roomCount }, (_, index) => `room-${index}`);
    for (const room of this.#rooms) this.#append(room, { type: 'member', sender: 'user-0', target: 'user-0' });
    this.#readers = Array.from({ length: readerCount }, (_, index) => {
      const name = `user-${index}`;
      return { name, connection: '', positions: new Map(), unacked: [] };
    });
    for (const reader of this.#readers) this.#open(reader);
  }

  play(step: Step): void {
    const reader = this.#readers[step.reader % this.#readers.length];
    if (!reader) return;
    if (step.do === 'cut') return this.#cut(reader);
    const room = this.#rooms[step.room % this.#rooms.length] ?? '';
    if (step.do === 'send') this.#send(reader, room, `m${(this.#count += 1)}`, step.fate);
    if (step.do === 'deliver') this.#deliver(reader, room, step.count);
    if (step.do === 'sync') this.#sync(reader, room, step.back);
  }

  settle(): void {
    for (const reader of this.#readers) if (reader.unacked.length > 0) this.#cut(reader);
    for (const reader of this.#readers) for (const room of this.#rooms) this.#deliver(reader, room, Infinity);
  }

  truth(): Truth {
    const log = this.#rooms.flatMap((room) => this.#log.get(room) ?? []);
    const readings = this.#rooms.flatMap((room) => {
      const events = this.#log.get(room) ?? [];
      const messages = events.filter((event) => event.type === 'message');
      return [
        { by: 'reader-a', room, shows: 'all' as const, events: [...events] },
        { by: 'reader-b', room, shows: 'messages' as const, events: messages },
      ];
    });
    return { log, readings };
  }

  #open(reader: Reader): void {
    reader.connection = `c${(this.#count += 1)}`;
    const { connection, name } = reader;
    this.facts.push({ kind: 'opened', connection, reader: name, user: name });
    for (const room of this.#rooms) {
      const seq = reader.positions.get(room) ?? this.#end(room);
      reader.positions.set(room, seq);
      this.facts.push({ kind: 'positioned', connection, room, seq });
    }
    const again = reader.unacked.splice(0);
    for (const { room, id } of again) this.#send(reader, room, id, 'acked');
  }

  #cut(reader: Reader): void {
    this.facts.push({ kind: 'closed', connection: reader.connection, code: 1006 });
    this.#open(reader);
  }

  #send(reader: Reader, room: string, id: string, fate: Fate): void {
    const { connection, name: sender } = reader;
    const body = `words of ${id}`;
    this.facts.push({ kind: 'sent', connection, room, id, body });
    if (fate === 'refused')
      return void this.facts.push({ kind: 'failed', connection, id, code: 'not_member', outcome: 'refused' });
    if (fate !== 'acked') reader.unacked.push({ room, id, body });
    if (fate === 'lost_send') return;
    const before = this.#log.get(room)?.find((event) => event.id === id);
    const { seq, ts } = before ?? this.#append(room, { type: 'message', id, sender, body, deleted: false });
    if (fate === 'acked') this.facts.push({ kind: 'acked', connection, room, id, seq, ts, dup: before !== undefined });
  }

  #deliver(reader: Reader, room: string, count: number): void {
    const after = reader.positions.get(room) ?? 0;
    for (const event of (this.#log.get(room) ?? []).slice(after, after + count)) {
      this.facts.push({ kind: 'received', connection: reader.connection, event });
      reader.positions.set(room, event.seq);
    }
  }

  #sync(reader: Reader, room: string, back: number): void {
    const { connection } = reader;
    const seq = Math.max(0, (reader.positions.get(room) ?? 0) - back);
    this.facts.push({ kind: 'syncing', connection, room, seq });
    this.#deliver(reader, room, 1); // what was under way when the server read the sync
    reader.positions.set(room, seq);
    this.#deliver(reader, room, Infinity);
    this.facts.push({ kind: 'synced', connection, room, seq: this.#end(room), reset: false });
  }

  #append(room: string, event: Omit<SeenEvent, 'room' | 'seq' | 'ts'>): SeenEvent {
    const log = this.#log.get(room) ?? [];
    const seq = log.length + 1;
    const stored: SeenEvent = { room, seq, ts: new Date(1_700_000_000_000 + seq).toISOString(), ...event };
    this.#log.set(room, [...log, stored]);
    return stored;
  }

  #end(room: string): number {
    return this.#log.get(room)?.length ?? 0;
  }
}
