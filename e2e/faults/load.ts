// The load: people in rooms, each with a client that follows the rules, writing at a steady pace whatever breaks.
// Who says what where is drawn from the seed; strikes ask it how many sends were acknowledged.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Person } from '../harness/person.js';
import { type Seeded, seeded } from '../harness/seeded.js';
import { until } from '../harness/wait.js';
import { doors } from './cast.js';
import { Changes } from './changes.js';
import type { Flaw } from './flaw.js';
import type { Ground } from './ground.js';
import { type Guest, Guests, GUESTS } from './guests.js';
import { inTurns } from './in-turns.js';
import { insist } from './insist.js';
import { type Answered, RuleUser } from './rule-user.js';
import { SdkUser } from './sdk-user.js';
import { TimedHistory } from './timed-history.js';
import { Uploader } from './uploader.js';

export type Chatter = RuleUser | SdkUser;

const ROOMS = 8;
const PEOPLE = 64;
/** All accounts of a load: beside those who talk, one who is never connected, and the guests. */
export const CAST = PEOPLE + 1 + GUESTS;
/** One client in so many is the SDK. */
const SDK_SHARE = 8;
const TICK_MS = 25;
/** Unanswered sends at which a client waits; below the limit of 64. */
const WINDOW = 12;
/** One send in so many goes to the room in which somebody is absent. */
const QUIET_SHARE = 40;
/** With one send in so many, something becomes of a message that was sent before. */
const CHANGE_SHARE = 8;
const CONNECT_MS = 60_000;

export interface Member {
  person: Person;
  client: Chatter;
  rooms: string[];
}

/** What a client does not have yet. */
export interface Lack {
  what: string;
  who: string;
  /** Before it connects again, by the rules. */
  isWaiting: boolean;
}

export class Load {
  readonly history = new TimedHistory();
  /** Sends of which somebody was told that they will never be stored; there should be none. */
  readonly refusals: string[] = [];
  /** Sends acknowledged so far, each once however often it was repeated. */
  acked = 0;
  /** The pace of all members together; a fault may change it, and puts it back. */
  sendsPerS: number;
  /** Clients, by name, whose next connections lead straight to a ws-gateway, past the wires. */
  readonly straight = new Set<string>();
  /** What strikes measured, by name with its unit. */
  readonly measured: Record<string, number> = {};
  /** Shortest and longest message; likewise. */
  bodyChars: [number, number] = [10, 400];
  #guests: Guests | undefined;
  #uploader: Uploader | undefined;
  /** Sends without an answer for good, by whom. */
  readonly #open = new Map<Promise<void>, string>();
  #isOver = false;
  #talking: Promise<void> = Promise.resolve();
  #credit = 0;
  readonly #changes: Changes;

  private constructor(
    private readonly lot: Seeded,
    sendsPerS: number,
    /** The first two are in every room. */
    readonly members: Member[],
    readonly rooms: string[],
    /** Has one room with a few of the others, and is never connected. */
    readonly absent: Person,
    readonly quietRoom: string,
  ) {
    this.sendsPerS = sendsPerS;
    this.#changes = new Changes(lot);
  }

  /** Makes rooms, fills them, and returns when everybody is connected. */
  static async begin(ground: Ground, lot: Seeded, sendsPerS: number): Promise<Load> {
    const everybody = await ground.people(CAST);
    const people = everybody.slice(0, PEOPLE);
    const [host, absent] = [people[0], everybody[PEOPLE]];
    if (!host || !absent) throw new Error('a load needs people');
    const rooms: string[] = [];
    for (let i = 0; i <= ROOMS; i += 1) rooms.push((await insist('a room is made', () => host.createRoom())).id);
    const quietRoom = rooms.at(-1) ?? '';
    const roomsOf = (index: number): string[] => {
      if (index < 2) return [...rooms];
      return [rooms[lot.between(0, ROOMS - 1)] ?? quietRoom];
    };
    const members: Member[] = [];
    const load = new Load(lot, sendsPerS, members, rooms, absent, quietRoom);
    const theirs = people.map((_, index) => roomsOf(index));
    await inTurns(people, async (person, index) => {
      if (person !== host)
        for (const room of theirs[index] ?? []) await insist('a member joins', () => person.join(room));
    });
    await insist('the absent one joins', () => absent.join(quietRoom));
    for (const [index, person] of people.entries())
      members.push({ person, client: load.#client(ground, person, index), rooms: theirs[index] ?? [] });
    await load.#invite(ground, host, everybody.slice(PEOPLE + 1));
    load.#uploader = new Uploader(host, rooms[0] ?? quietRoom, lot);
    await load.whenConnected();
    return load;
  }

  /** One more room: the first two and these are in it, and talk there as everywhere. @returns its id */
  async openRoom(members: readonly Member[]): Promise<string> {
    const [host, second] = this.members;
    if (!host || !second) throw new Error('nobody is there to open a room');
    const { id } = await insist('a room is made', () => host.person.createRoom());
    this.rooms.push(id);
    for (const member of new Set([host, second, ...members])) {
      if (member !== host) await insist('a member joins', () => member.person.join(id));
      member.rooms.push(id);
    }
    return id;
  }

  /** @throws Error when somebody is not connected within a minute */
  async whenConnected(): Promise<void> {
    await until('everybody is connected', () => this.everybody.every(({ client }) => client.isReady), CONNECT_MS);
  }

  /** The members, and the guests. */
  get everybody(): Member[] {
    return [...this.members, ...(this.#guests?.all ?? [])];
  }

  /** Uploads that were not answered with 201 so far. */
  get refusedFiles(): number {
    return this.#uploader?.refused ?? 0;
  }

  /** What guests found, and which files are not there; to be asked when all is well. */
  async flaws(): Promise<Flaw[]> {
    return [...(this.#guests?.flaws ?? []), ...((await this.#uploader?.check()) ?? [])];
  }

  get clients(): Chatter[] {
    return this.members.map(({ client }) => client);
  }

  /** Sends at the given pace until `quiet`. */
  talk(): void {
    this.#isOver = false;
    this.#talking = this.#talk();
    this.#guests?.comeAndGo();
    this.#uploader?.send();
  }

  /** No new sends from now on, and all guests in their rooms; sends under way are not waited for. */
  async quiet(): Promise<void> {
    this.#isOver = true;
    await this.#talking;
    await this.#guests?.rest();
    await this.#uploader?.rest();
  }

  /** Waits for so many more acknowledged sends. */
  async whenAcked(more: number): Promise<void> {
    const due = this.acked + more;
    await until(`${more} more sends are acknowledged`, () => this.acked >= due, 120_000, 5);
  }

  async end(): Promise<void> {
    await this.quiet();
    await Promise.all(this.everybody.map(({ client }) => client.stop()));
  }

  /** Takes the rooms away: those who come next do not carry them along. */
  async clearAway(): Promise<void> {
    const [host] = this.members;
    for (const room of this.rooms) {
      const answer = await host?.person.api.delete(`/api/rooms/${room}`);
      if (answer?.status !== 204) throw new Error(`deleting a room answered ${answer?.status} ${answer?.text}`);
    }
  }

  /** The longest that one of them has to wait, by the rules for clients, before it connects again. */
  get longestWaitMs(): number {
    return Math.max(...this.clients.map(({ waitMs }) => waitMs));
  }

  /**
   * A question to ask again and again: who lacks something of being connected, holding what anybody held when this was called, and
   * having the answers to the sends that were open then. Somebody who is not in a wait by the rules comes first; undefined once
   * nobody lacks anything.
   */
  lacking(): () => Lack | undefined {
    const heads = new Map(this.history.heads);
    const open = [...this.#open];
    const lackOf = ({ client, rooms }: Member): string | undefined => {
      if (!client.isReady) return 'a connection';
      const room = rooms.find((one) => client.position(one) < (heads.get(one) ?? 0));
      if (room !== undefined) return `events ${client.position(room) + 1} to ${heads.get(room)} of ${room}`;
      const isOpen = open.some(([send, name]) => name === client.name && this.#open.has(send));
      return isOpen ? 'an answer' : undefined;
    };
    return () => {
      const lacks = this.members.flatMap((member): Lack[] => {
        const what = lackOf(member);
        return what === undefined ? [] : [{ what, who: member.client.name, isWaiting: member.client.waitMs > 0 }];
      });
      for (const [send, who] of open)
        if (lacks.length === 0 && this.#open.has(send)) lacks.push({ what: 'an answer', who, isWaiting: false }); // a guest
      return lacks.find(({ isWaiting }) => !isWaiting) ?? lacks[0];
    };
  }

  /** One send by one member to one room, whatever else is said; resolves when it is answered for good. */
  async say({ client }: Member, room: string, body: string): Promise<void> {
    const answer = await this.#whole(client.name, client.send(room, body));
    if (!answer) return;
    this.acked += 1;
    if (room !== this.quietRoom) this.#changes.remember({ client, room, seq: answer.seq });
  }

  /** Open until it is answered for good; undefined when it was refused, which is remembered. */
  async #whole(name: string, asked: Promise<Answered>): Promise<{ seq: number } | undefined> {
    const open = asked.then(() => undefined);
    this.#open.set(open, name);
    const answer = await asked;
    this.#open.delete(open);
    if ('seq' in answer) return answer;
    this.refusals.push(`${name}: ${answer.refusal}`);
    return undefined;
  }

  /** Each guest has one room, which is the host's: who owns a room may take people out of it. */
  async #invite(ground: Ground, host: Person, people: readonly Person[]): Promise<void> {
    const { ways } = ground;
    const all = people.map((person, index): Guest => {
      const lot = seeded(this.lot.between(1, 2 ** 31));
      const { id: user, token } = person;
      const door = (): string => lot.pick(ways);
      const client = new RuleUser({ name: `guest${index}`, user, token, history: this.history, random: lot, door });
      return { person, client, rooms: [this.rooms[index] ?? this.quietRoom] };
    });
    const guests = new Guests(all, host, this.history, this.lot);
    for (const guest of all) await guests.join(guest);
    for (const { client } of all) client.start();
    this.#guests = guests;
  }

  #client(ground: Ground, person: Person, index: number): Chatter {
    const lot = seeded(this.lot.between(1, 2 ** 31));
    const { id: user, token } = person;
    const isSdk = index % SDK_SHARE === SDK_SHARE - 1;
    const name = isSdk ? `p${index}-sdk` : `p${index}`;
    const [wired, straight] = [ground.ways, doors.map((_, n) => ground.system.socketUrl(n))];
    const door = (): string => lot.pick(this.straight.has(name) ? straight : wired);
    if (isSdk) return new SdkUser({ name, user, token, history: this.history, random: lot.next, door }).start();
    return new RuleUser({ name, user, token, history: this.history, random: lot, door }).start();
  }

  async #talk(): Promise<void> {
    for (let lastMs = Date.now(); !this.#isOver; await sleep(TICK_MS)) {
      const nowMs = Date.now();
      // What could not be said for want of answers is not made up for: at most half a second of it.
      this.#credit = Math.min(this.#credit + ((nowMs - lastMs) * this.sendsPerS) / 1_000, this.sendsPerS / 2);
      lastMs = nowMs;
      for (; this.#credit >= 1; this.#credit -= 1) this.#sayOne();
    }
  }

  #sayOne(): void {
    const { lot } = this;
    const isQuiet = lot.chance(1 / QUIET_SHARE);
    const member = isQuiet ? this.members[lot.between(0, 1)] : lot.pick(this.members);
    const room = isQuiet ? this.quietRoom : lot.pick(member?.rooms ?? []);
    const body = `${this.acked} ${'x'.repeat(lot.between(...this.bodyChars))}`;
    if (member && member.client.unacked < WINDOW) void this.say(member, room, body);
    if (lot.chance(1 / CHANGE_SHARE)) this.#changeOne();
  }

  #changeOne(): void {
    const words = `edited ${'y'.repeat(this.lot.between(...this.bodyChars))}`;
    const change = this.#changes.makeOne(({ unacked }) => unacked < WINDOW, words);
    if (change) void this.#whole('a change', change);
  }
}
