// A history that also knows when each fact happened, for people who look for what went wrong.
import { type Fact, History, type SeenEvent } from '../harness/history.js';

/** Lines shown around a finding. */
const AROUND = 40;
const NEIGHBOURS = 3;

export class TimedHistory extends History {
  readonly #atMs: number[] = [];
  readonly #events = new Map<string, SeenEvent>();
  readonly #beganMs = Date.now();
  deliveries = 0;
  /** The highest seq anybody was told of, by room. */
  readonly heads = new Map<string, number>();

  override record(fact: Fact): void {
    if (fact.kind === 'received') fact.event = this.#once(fact.event);
    super.record(fact);
    this.#atMs.push(Date.now() - this.#beganMs);
    if (fact.kind === 'received') this.deliveries += 1;
    const place = fact.kind === 'received' ? fact.event : fact.kind === 'acked' ? fact : undefined;
    if (place) this.heads.set(place.room, Math.max(place.seq, this.heads.get(place.room) ?? 0));
  }

  /** What many readers got alike stands here once; what one of them got otherwise stays as it came. */
  #once(event: SeenEvent): SeenEvent {
    const key = `${event.room} ${event.seq}`;
    const known = this.#events.get(key);
    if (known === undefined) this.#events.set(key, event);
    return known !== undefined && isSame(known, event) ? known : event;
  }

  /** Milliseconds since the run began. */
  get nowMs(): number {
    return Date.now() - this.#beganMs;
  }

  /**
   * Milliseconds from send to ack of the sends made within a span of time, repeats apart, in rising order.
   *
   * @param fits whose sends count
   */
  ackTimes(fromMs: number, toMs = Infinity, fits: (client: string) => boolean = () => true): number[] {
    const sentMs = new Map<string, number>();
    const times: number[] = [];
    for (const [index, fact] of this.facts.entries()) {
      const atMs = this.#atMs[index] ?? 0;
      if (fact.kind === 'sent' && atMs >= fromMs && atMs < toMs && fits(fact.connection.split('#')[0] ?? ''))
        sentMs.set(fact.id, sentMs.get(fact.id) ?? atMs);
      const began = fact.kind === 'acked' ? sentMs.get(fact.id) : undefined;
      if (began !== undefined) times.push(atMs - began);
    }
    return times.sort((a, b) => a - b);
  }

  /** What clients saw of a room at a seq and beside it, as lines; the newest when there are too many. */
  around(room: string, seq: number): string[] {
    const lines = this.facts.flatMap((fact, index) => {
      const at = fact.kind === 'received' ? fact.event : fact;
      if (!('room' in at) || at.room !== room || !('seq' in at) || Math.abs(at.seq - seq) > NEIGHBOURS) return [];
      const { kind, connection, ...rest } = fact;
      return [
        `${String(this.#atMs[index]).padStart(7)} ms ${connection} ${kind} ${JSON.stringify(rest)}`.slice(0, 240),
      ];
    });
    return lines.slice(-AROUND);
  }
}

const isSame = (one: SeenEvent, other: SeenEvent): boolean =>
  one.ts === other.ts &&
  one.type === other.type &&
  one.id === other.id &&
  one.sender === other.sender &&
  one.target === other.target &&
  one.change === other.change &&
  one.body === other.body &&
  one.deleted === other.deleted;
