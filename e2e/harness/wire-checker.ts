// The half of the checker that walks the frames of each connection: P4 (in order on the wire) and P5 (everyone
// gets it). A position is what PROTOCOL.md calls so; here it is rebuilt from what the client sent and was told.
import type { Finding } from './finding.js';
import type { Fact } from './history.js';

/** One room on one connection. */
interface Wire {
  position: number;
  /** Positions asked for by syncs that are not answered yet: the events may start anew after each. */
  asked: number[];
}

/** One room at one reader, over all its connections. */
interface Coverage {
  /** Everything above is owed. */
  from: number;
  got: Set<number>;
}

interface Place {
  connection: string;
  reader: string;
  room: string;
}

/** @param ends the last seq of each room's log */
export function checkWire(facts: readonly Fact[], ends: ReadonlyMap<string, number>): Finding[] {
  const walk = new Walk();
  for (const fact of facts) walk.take(fact);
  return [...walk.findings, ...walk.missing(ends)];
}

class Walk {
  readonly findings: Finding[] = [];
  readonly #readerOf = new Map<string, string>();
  /** The connection each reader has open. */
  readonly #open = new Map<string, string>();
  readonly #wires = new Map<string, Wire>();
  readonly #coverage = new Map<string, Coverage>();

  take(fact: Fact): void {
    if (fact.kind === 'opened') {
      this.#readerOf.set(fact.connection, fact.reader);
      this.#open.set(fact.reader, fact.connection);
      return;
    }
    const { connection } = fact;
    const reader = this.#readerOf.get(connection) ?? '?';
    if (fact.kind === 'closed' && this.#open.get(reader) === connection) this.#open.delete(reader);
    if (fact.kind === 'received') this.#receive({ connection, reader, room: fact.event.room }, fact.event.seq);
    if (!('room' in fact)) return;
    const place = { connection, reader, room: fact.room };
    if (fact.kind === 'positioned') this.#start(place, fact.seq);
    if (fact.kind === 'syncing') this.#wires.get(wireKey(place))?.asked.push(fact.seq);
    if (fact.kind === 'synced') this.#synced(place, fact.seq, fact.reset);
    if (fact.kind === 'removed') this.#forget(place);
  }

  #start(place: Place, seq: number): void {
    this.#wires.set(wireKey(place), { position: seq, asked: [] });
    const key = coverageKey(place);
    if (!this.#coverage.has(key)) this.#coverage.set(key, { from: seq, got: new Set() });
  }

  #receive(place: Place, seq: number): void {
    this.#coverage.get(coverageKey(place))?.got.add(seq);
    const wire = this.#wires.get(wireKey(place));
    const anew = wire?.asked.indexOf(seq - 1) ?? -1;
    if (!wire) this.#outOfOrder(place, seq, 'before the room had a position');
    else if (seq === wire.position + 1) wire.position = seq;
    else if (anew >= 0) {
      wire.asked.splice(0, anew + 1);
      wire.position = seq;
    } else {
      this.#outOfOrder(place, seq, `at position ${wire.position}`);
      wire.position = Math.max(wire.position, seq);
    }
  }

  #outOfOrder({ connection, reader, room }: Place, seq: number, when: string): void {
    const says = `${reader} got seq ${seq} ${when} on ${connection}`;
    this.findings.push({ kind: 'out_of_order', room, seq, says });
  }

  #synced(place: Place, seq: number, reset: boolean): void {
    const wire = this.#wires.get(wireKey(place));
    if (wire) wire.asked = [];
    if (!reset) return;
    if (wire) wire.position = seq;
    const coverage = this.#coverage.get(coverageKey(place));
    if (coverage) coverage.from = seq; // the reader was told to page through history instead
  }

  #forget(place: Place): void {
    this.#wires.delete(wireKey(place));
    this.#coverage.delete(coverageKey(place));
  }

  /** What readers who are connected at the end are still owed, one finding for each run of seqs. */
  missing(ends: ReadonlyMap<string, number>): Finding[] {
    const findings: Finding[] = [];
    for (const [key, { from, got }] of this.#coverage) {
      const [reader = '', room = ''] = key.split(' ');
      if (!this.#open.has(reader)) continue;
      const end = ends.get(room) ?? 0;
      for (let seq = from + 1; seq <= end; seq += 1) {
        if (got.has(seq)) continue;
        const first = seq;
        while (seq < end && !got.has(seq + 1)) seq += 1;
        findings.push({ kind: 'missing', room, seq: first, says: `${reader} never got seq ${first} to ${seq}` });
      }
    }
    return findings;
  }
}

const wireKey = ({ connection, room }: Place): string => `${connection} ${room}`;
const coverageKey = ({ reader, room }: Place): string => `${reader} ${room}`;
