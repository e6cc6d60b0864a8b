// The bystanders as the run sees them: two pairs, one at the door that is being fuzzed and one at the other, and what their delays say.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Person } from '../harness/person.js';
import type { System } from '../harness/stack.js';
import { within } from '../harness/wait.js';
import type { Breach } from './breach.js';
import type { PairPlan, Phase } from './bystander.js';
import type { Order, Seen, Word } from './bystanders-main.js';

const BEGIN_MS = 30_000;
const END_MS = 60_000;

export interface Percentiles {
  count: number;
  p50: number;
  p99: number;
  worst: number;
}

export interface Standing {
  name: string;
  sent: number;
  quiet: Percentiles;
  fuzz: Percentiles;
  /** p99 while fuzzed to p99 in quiet, both at least `FLOOR_MS`. */
  ratio: number;
}

/**
 * A p99 below it is as good as none: on two cores shared with the fuzzer one turn of the scheduler is longer than a message takes.
 */
export const FLOOR_MS = 10;
/**
 * The fuzzer and the system share two cores, so a message waits for what else is being worked on: 2 to 10 times as long as in quiet was
 * seen. An input that blocks an event loop, or a queue all must go through, shows as seconds; this is where that begins.
 */
export const MOST_RATIO = 50;

export class Bystanders {
  #seen: Promise<Seen[]>;

  private constructor(private readonly process: ChildProcess) {
    this.#seen = this.#hear('ended').then((word) => (word.kind === 'ended' ? word.seen : []));
    this.#seen.catch(() => undefined);
  }

  static async begin(system: System): Promise<Bystanders> {
    const api = system.api.with({ 'x-forwarded-for': '203.0.113.1' });
    const arrive = (name: string): Promise<Person> => Person.register(system, name, api);
    const [ann, ben, carl, dora] = [
      await arrive('ann'),
      await arrive('ben'),
      await arrive('carl'),
      await arrive('dora'),
    ];
    const pair = async (
      name: string,
      people: readonly [Person, Person],
      doors: readonly [string, string],
    ): Promise<PairPlan> => {
      const [one, other] = people;
      const { id: room } = await one.createRoom({ visibility: 'private', members: [other.id] });
      const end = ({ token, id: user }: Person, url: string) => ({ url, token, user });
      return { name, room, ends: [end(one, doors[0]), end(other, doors[1])] };
    };
    const [same, other] = [system.socketUrl(0), system.socketUrl(1)];
    const plans = [
      await pair('the fuzzed gateway', [ann, ben], [same, same]),
      await pair('another gateway', [carl, dora], [other, other]),
    ];
    const bystanders = new Bystanders(fork(fileURLToPath(new URL('./bystanders-main.js', import.meta.url))));
    const begun = bystanders.#hear('begun');
    bystanders.#tell({ kind: 'begin', plans });
    await within('the bystanders begin', begun, BEGIN_MS);
    return bystanders;
  }

  /** What is sent from now on belongs to this phase; null: to none. */
  phase(phase: Phase | null): void {
    this.#tell({ kind: 'phase', phase });
  }

  async end(): Promise<{ standings: Standing[]; breaches: Breach[] }> {
    this.#tell({ kind: 'end' });
    const seen = await within('the bystanders end', this.#seen, END_MS);
    const standings = seen.map(({ name, sent, delays }) => standingOf(name, sent, delays));
    return { standings, breaches: [...seen.flatMap(lost), ...standings.flatMap(slow)] };
  }

  kill(): void {
    this.process.kill('SIGKILL');
  }

  #tell(order: Order): void {
    if (this.process.connected) this.process.send(order);
  }

  #hear(kind: Word['kind']): Promise<Word> {
    return new Promise((resolve, reject) => {
      this.process.on('message', (word: Word) => {
        if (word.kind === 'failed') reject(new Error(word.says));
        else if (word.kind === kind) resolve(word);
      });
      this.process.once('exit', (code) => reject(new Error(`the bystanders' process ended with ${code}`)));
    });
  }
}

const lost = ({ name, findings }: Seen): Breach[] =>
  findings.map((says) => ({ kind: 'bystander', says: `${name}: ${says}`, piece: 'bystanders' }));

const slow = ({ name, ratio, fuzz, quiet }: Standing): Breach[] =>
  ratio <= MOST_RATIO
    ? []
    : [
        {
          kind: 'slow',
          says: `${name}: p99 ${fuzz.p99} ms while fuzzed, ${quiet.p99} ms in quiet`,
          piece: 'bystanders',
        },
      ];

export function standingOf(name: string, sent: number, delays: Record<Phase, number[]>): Standing {
  const [quiet, fuzz] = [percentiles(delays.quiet), percentiles(delays.fuzz)];
  return { name, sent, quiet, fuzz, ratio: Math.max(fuzz.p99, FLOOR_MS) / Math.max(quiet.p99, FLOOR_MS) };
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => Math.round((sorted[Math.ceil(sorted.length * share) - 1] ?? 0) * 10) / 10;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), worst: at(1) };
}
