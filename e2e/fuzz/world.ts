// Those whom the fuzzer speaks as, and what there is for it to name: people, rooms of every kind, messages, sessions. Inputs are drawn
// by index, so the same seed names the same things though their ids differ from run to run.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Api } from '../harness/api.js';
import { permissions } from '@natter/contracts/events';
import { Person, signIn } from '../harness/person.js';
import type { System } from '../harness/stack.js';
import type { Words } from './sample.js';
import { type Cast, wordsOf } from './words.js';

/** Each has an address of their own, as the front door would see it. */
export interface Face {
  index: number;
  person: Person;
  token: string;
  refreshToken: string;
  session: string;
  address: string;
  /** Something said that this sign-in is over: sign in again before the next batch. */
  isIll: boolean;
}

const PEOPLE = 12;
const keeperAddress = '203.0.113.9';
const MESSAGES = 20;
const ROOM_KINDS = [
  { visibility: 'public', history: 'all' },
  { visibility: 'private', history: 'all' },
  { visibility: 'public', history: 'since_join' },
  { visibility: 'private', history: 'since_join' },
] as const;
const ROOMS_OF_A_KIND = 3;

export interface WorldSize {
  people?: number;
}

export class World implements Cast {
  readonly faces: Face[] = [];
  /** By index; each somebody's, some joined by many. Those that were deleted are made anew by `mend`. */
  readonly rooms: { id: string; name: string; owner: number }[] = [];
  readonly messageIds: string[] = [];
  deletedRoom = '';
  /** The administrator whom nobody names: gives back what the fuzzer, who is one too, took from others. */
  #keeper: Person | undefined;
  readonly #healing = new Map<Face, Promise<void>>();
  #arrivals = 0;

  private constructor(private readonly system: System) {}

  static async make(system: System, { people = PEOPLE }: WorldSize = {}): Promise<World> {
    const world = new World(system);
    world.#keeper = await Person.register(system, 'keeper', world.#from(keeperAddress));
    for (let index = 0; index < people; index += 1) world.faces.push(await world.#arrive(index));
    for (let index = 0; index < ROOM_KINDS.length * ROOMS_OF_A_KIND; index += 1) await world.#build(index);
    const [first] = world.faces;
    if (!first) throw new Error('a world needs people');
    await world.#restore(first);
    world.deletedRoom = (await first.person.createRoom()).id;
    await first.person.api.delete(`/api/rooms/${world.deletedRoom}`);
    return world;
  }

  get people(): Cast['people'] {
    return this.faces.map(({ person: { id: user, username }, session }) => ({ user, username, session }));
  }

  /** A room in which somebody may do everything. */
  roomOf(face: Face): string {
    return this.rooms.find(({ owner }) => owner === face.index)?.id ?? '';
  }

  face(index: number): Face {
    const face = this.faces[index % this.faces.length];
    if (!face) throw new Error(`there is nobody ${index}`);
    return face;
  }

  /** The same, able to speak whatever was done to them. */
  async well(index: number): Promise<Face> {
    const face = this.face(index);
    if (!face.isIll) return face;
    const healing = this.#healing.get(face) ?? this.#heal(face).finally(() => this.#healing.delete(face));
    this.#healing.set(face, healing);
    await healing;
    return face;
  }

  /** Between two chapters: everybody is signed in, and every room is there with its members. */
  async mend(): Promise<void> {
    for (const face of this.faces) {
      const { status } = await patiently(() => this.#api(face).get('/api/auth/me'));
      face.isIll = status !== 200;
      await this.well(face.index);
      await this.#restore(face);
    }
    for (const index of this.rooms.keys()) {
      const room = this.rooms[index];
      const owner = room && this.faces[room.owner];
      if (!room || !owner) continue;
      const { status, body } = await patiently(() =>
        this.#api(owner).get<{ room?: { role: string | null } }>(`/api/rooms/${room.id}`),
      );
      if (status !== 200 || body.room?.role !== 'owner') await this.#build(index);
    }
  }

  /** What fields may say when one of them speaks. */
  wordsFor = (face: number): Words => wordsOf(this, face % this.faces.length);

  #api(face: Face): Api {
    return this.#from(face.address).as(face.token);
  }

  #from(address: string): Api {
    return this.system.api.with({ 'x-forwarded-for': address });
  }

  /** Nobody is without grants, and the first is an administrator. */
  async #restore({ index, person }: Face): Promise<void> {
    const keeper = this.#from(keeperAddress).as(this.#keeper?.token ?? '');
    const answer = await patiently(() =>
      keeper.patch(`/api/admin/users/${person.id}`, { admin: index === 0, permissions }),
    );
    if (answer.status !== 200) throw new Error(`giving back the grants was answered ${answer.status} ${answer.text}`);
  }

  async #heal(face: Face): Promise<void> {
    const { person } = face;
    const tokens = await signIn(this.#from(face.address), person.username, person.password).catch(() => undefined);
    if (tokens === undefined) Object.assign(face, await this.#arrive(face.index));
    else Object.assign(face, { ...signedIn(tokens), isIll: false });
  }

  async #arrive(index: number): Promise<Face> {
    // Ten an hour may register from one address, and they may have to come again.
    const address = `198.51.${(this.#arrivals += 1) % 250}.${index + 1}`;
    const person = await Person.register(this.system, `fuzz${index}`, this.#from(address));
    return { index, person, address, isIll: false, ...signedIn(person.tokens) };
  }

  /** A room of the kind its index says, with some members and some messages. */
  async #build(index: number): Promise<void> {
    const kind = ROOM_KINDS[index % ROOM_KINDS.length];
    const owner = index % this.faces.length;
    const face = this.face(owner);
    const api = this.#api(face);
    const name = `room-${index}-${randomUUID().slice(0, 8)}`;
    // A private room has the members named at its making, a public one those who join.
    const others = this.faces.filter((other) => other.index !== owner && (other.index + index) % 3 === 0);
    const members = others.map(({ person }) => person.id);
    const made = await patiently(() => api.post<{ room: { id: string } }>('/api/rooms', { name, ...kind, members }));
    if (made.status !== 201) throw new Error(`the room answered ${made.status} ${made.text}`);
    const { id } = made.body.room;
    if (kind?.visibility === 'public')
      for (const other of others) await patiently(() => this.#api(other).post(`/api/rooms/${id}/join`));
    for (let n = 0; n < MESSAGES; n += 1) {
      const sent = await patiently(() =>
        api.post<{ id: string }>(`/api/rooms/${id}/messages`, { body: `message ${n}` }),
      );
      if (this.messageIds.length < 100) this.messageIds.push(sent.body.id);
    }
    this.rooms[index] = { id, name, owner };
  }
}

/** Where limits are as shipped, who prepares the world keeps to them. */
async function patiently<Body>(call: () => Promise<Answer<Body>>): Promise<Answer<Body>> {
  for (;;) {
    const answer = await call();
    if (answer.status !== 429) return answer;
    await sleep(Number(answer.headers.get('retry-after')) * 1_000);
  }
}

/** What a sign-in gives: the session's id stands in the token. */
function signedIn({
  access_token: token,
  refresh_token: refreshToken,
}: {
  access_token: string;
  refresh_token: string;
}) {
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string };
  return { token, refreshToken, session: claims.sid };
}
