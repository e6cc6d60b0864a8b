// A conversation to break things under: people in rooms, each with a rule-following client, writing all the
// while; and at the end the question whether everybody has everything, exactly once, in order.
import type { AckFrame, ErrorFrame } from '@natter/contracts/frames';
import type { Finding } from './finding.js';
import { History } from './history.js';
import { checkHistory } from './history-checker.js';
import { Person } from './person.js';
import type { OpenOptions } from './raw-socket.js';
import { RawUser } from './raw-user.js';
import type { Seeded } from './seeded.js';
import type { System } from './stack.js';
import { readTruth } from './truth.js';
import { until } from './wait.js';

/** Sends of one client that wait for their answers. */
const WINDOW = 8;
/** After healing: P5 says 10 s; a machine busy with other things gets more. */
const SETTLE_MS = 60_000;

export interface TalkOptions {
  system: System;
  random: Seeded;
  people: number;
  rooms: number;
  /** Where the next connection of the nth client goes. */
  door: (client: number) => string;
  /** Where its next connection breaks; without it, connections hold. */
  weather?: (client: number) => OpenOptions['cut'];
  waitFactor?: number;
}

export class Talk {
  readonly history = new History();
  #said = 0;

  private constructor(
    private readonly options: TalkOptions,
    readonly people: Person[],
    readonly rooms: string[],
    readonly clients: RawUser[],
  ) {}

  /** Everybody is a member of every room and connected when it returns. */
  static async begin(options: TalkOptions): Promise<Talk> {
    const { system, random, door, weather, waitFactor = 1 } = options;
    const people = await Person.several(
      system,
      Array.from({ length: options.people }, (_, index) => `talker${index}`),
    );
    const host = people[0];
    if (!host) throw new Error('a talk needs people');
    const created = await Promise.all(Array.from({ length: options.rooms }, () => host.createRoom()));
    const rooms = created.map(({ id }) => id);
    for (const room of rooms) await Promise.all(people.slice(1).map((person) => person.join(room)));
    const clients: RawUser[] = [];
    const talk = new Talk(options, people, rooms, clients);
    for (const [index, person] of people.entries()) {
      const { id: user, token, username: name } = person;
      const { history } = talk;
      const own = { name, user, token, history, random, waitFactor, door: () => door(index) };
      clients.push(new RawUser({ ...own, ...(weather ? { weather: () => weather(index) } : {}) }).start());
    }
    await until('everybody is connected', () => clients.every((client) => client.isReady), SETTLE_MS);
    return talk;
  }

  /** How many sends were answered for good so far. */
  get answered(): number {
    return this.#said;
  }

  /** Everybody writes to random rooms until `isEnough`; a send counts once, however often it is repeated. */
  async write(isEnough: () => boolean): Promise<void> {
    const { random } = this.options;
    const writeOn = async (client: RawUser): Promise<void> => {
      while (!isEnough()) {
        const answer = await client.send(random.pick(this.rooms), this.#words());
        this.#count(answer);
      }
    };
    await Promise.all(this.clients.flatMap((client) => Array.from({ length: WINDOW }, () => writeOn(client))));
  }

  /** The same, so many times in all. */
  async say(count: number): Promise<void> {
    const target = this.#said + count;
    await this.write(() => this.#said >= target);
  }

  /** Waits until every client is connected and has what the log holds; then says what is wrong. */
  async findings(): Promise<Finding[]> {
    const { system } = this.options;
    const [first, second] = this.people;
    if (!first || !second) throw new Error('a talk needs two people');
    for (const client of this.clients) if (client.stoppedBy) throw new Error(`a client stopped: ${client.stoppedBy}`);
    const heads = await system.query<{ room: string; head: number }>(
      'natter_rooms',
      'SELECT room, max(seq)::int AS head FROM log WHERE room = ANY ($1) GROUP BY room',
      [this.rooms],
    );
    const hasAll = (client: RawUser): boolean =>
      client.isReady && client.unacked === 0 && heads.every(({ room, head }) => client.positions.get(room) === head);
    await until('everybody has everything', () => this.clients.every(hasAll), SETTLE_MS).catch(() => {
      for (const client of this.clients) if (!hasAll(client)) console.error(`left behind: ${client.describe(heads)}`);
    });
    return checkHistory(this.history.facts, await readTruth(system, this.rooms, [first, second]));
  }

  async end(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.stop()));
  }

  /** Bodies of 10 to 600 characters: frames small and large meet the cuts. */
  #words(): string {
    const { random } = this.options;
    return `${this.#said} ${'natter '.repeat(random.between(1, 80))}`;
  }

  #count(answer: AckFrame | ErrorFrame): void {
    if (answer.type === 'error') throw new Error(`a send was refused: ${answer.code} ${answer.message}`);
    this.#said += 1;
  }
}
