// People who are taken out of their room and come back, again and again, while everything breaks: what is said meanwhile may
// not reach them by any route (P9).
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../harness/api.js';
import type { Person } from '../harness/person.js';
import { type Seeded, seeded } from '../harness/seeded.js';
import { insist } from './insist.js';
import type { Flaw } from './flaw.js';
import type { RuleUser } from './rule-user.js';
import type { TimedHistory } from './timed-history.js';

/** How many there are. */
export const GUESTS = 4;
const TICK_MS = 100;
const STAY_MS: [number, number] = [1_000, 4_000];
const AWAY_MS: [number, number] = [300, 2_000];

export interface Guest {
  person: Person;
  client: RuleUser;
  rooms: [string];
}

export class Guests {
  /** What they were shown while they were out, and what could not be done at all. */
  readonly flaws: Flaw[] = [];
  #isOver = false;
  #life: Promise<unknown> = Promise.resolve();

  /** @param host owns their rooms */
  constructor(
    readonly all: readonly Guest[],
    private readonly host: Person,
    private readonly history: TimedHistory,
    private readonly lot: Seeded,
  ) {}

  comeAndGo(): void {
    this.#isOver = false;
    const lives = this.all.map((guest) => this.#live(guest, seeded(this.lot.between(1, 2 ** 31))));
    this.#life = Promise.all(lives).catch((error: unknown) => {
      this.flaws.push({ kind: 'stuck', says: String(error) });
    });
  }

  /** Everybody is in their room when this returns. */
  async rest(): Promise<void> {
    this.#isOver = true;
    await this.#life;
  }

  /** Asks to be let in, for the first time or again. */
  async join({ person, rooms: [room] }: Pick<Guest, 'person' | 'rooms'>): Promise<void> {
    this.history.record({ kind: 'joining', connection: `${person.username} by REST`, user: person.id, room });
    await answered('a guest comes back', () => person.api.post(`/api/rooms/${room}/join`), [200]);
  }

  async #live(guest: Guest, lot: Seeded): Promise<void> {
    const { person, rooms } = guest;
    const path = `/api/rooms/${rooms[0]}`;
    for (;;) {
      for (const goesMs = Date.now() + lot.between(...STAY_MS); !this.#isOver && Date.now() < goesMs; )
        await sleep(TICK_MS);
      if (this.#isOver) return;
      const isBanned = lot.chance(0.3);
      const remove = `${path}/members/${person.id}${isBanned ? '?ban=true' : ''}`;
      // 404: it was done by the request before, of whose answer nobody heard.
      await answered('a guest is taken out', () => this.host.api.delete(remove), [204, 404]);
      const peeked = await person.api.get(`${path}/messages`).catch(() => undefined);
      if (peeked?.status === 200)
        this.flaws.push({ kind: 'leaked', says: `${person.username} could read ${rooms[0]} while out` });
      await sleep(lot.between(...AWAY_MS));
      if (isBanned)
        await answered('a ban is lifted', () => this.host.api.delete(`${path}/bans/${person.id}`), [204, 404]);
      await this.join(guest);
    }
  }
}

/** A request that may be repeated, until its status is one of these. */
async function answered(what: string, ask: () => Promise<Answer<unknown>>, good: readonly number[]): Promise<void> {
  await insist(what, async () => {
    const { status, text } = await ask();
    if (good.includes(status)) return true;
    throw new Error(`answered ${status} ${text}`);
  });
}
