// Natter as it ships: all services, two ws-gateways, NATS, PostgreSQL with everything on that makes it durable. Only rate limits are raised.
// People and rooms are made once and stay from round to round: hashing passwords is not what is measured.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Stack, startStack } from '@natter/infra/stack';
import { Client } from 'pg';
import type { Seat } from '../generator/crowd.js';
import { kind, type Kind, type Member, silentMember } from '../generator/member.js';
import { frameOf, Wire, type WireOptions } from '../generator/wire.js';
import { inTurns } from '../in-turns.js';
import { type Person, joinAs, makeRoom, register } from './natter-people.js';
import type { Layout, Running, System } from './system.js';

const readyMs = 60_000;
const hello = frameOf('{"type":"hello","client":"bench"}');
/** Sign-ups are bounded by argon2; joins by the gateway. */
const [signUpWidth, joinWidth] = [8, 16];

export class NatterSystem implements System {
  readonly name = 'natter';
  readonly says = 'Natter: 2 ws-gateways, all services, NATS, PostgreSQL with fsync';
  private readonly dataDir = mkdtempSync(join(tmpdir(), 'natter-bench-'));
  /** For smoke: the processes of one scenario serve the next one too. */
  keepsRunning = false;
  private kept: { stack: Stack; gateways: number } | undefined;
  private readonly people: Person[] = [];
  /** Ids of rooms, by the layout they belong to. */
  private readonly rooms = new Map<string, string[]>();

  constructor(private readonly say: (what: string) => void) {}

  obstacle(): undefined {
    return undefined;
  }

  async start(layout: Layout, gateways = 2): Promise<NatterRunning> {
    const stack = await this.stackOf(gateways);
    const stop = (): Promise<void> => (this.kept?.stack === stack ? Promise.resolve() : stack.stop());
    try {
      const rooms = await this.populate(stack.url, layout);
      const running = new NatterRunning(stack, rooms, (room, member) => this.person(layout, room, member), stop);
      // The generator says of nothing that it has come. What is left of an earlier scenario would be brought to all who connect.
      await running.sql('UPDATE members m SET delivered = h.last_seq FROM heads h WHERE h.room = m.room');
      return running;
    } catch (error) {
      await stop();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.kept?.stack.stop();
    rmSync(this.dataDir, { recursive: true, force: true });
  }

  private async stackOf(gateways: number): Promise<Stack> {
    if (this.kept?.gateways === gateways) return this.kept.stack;
    await this.kept?.stack.stop();
    this.kept = undefined;
    const env = { NATTER_RATE_FACTOR: '1000000', NATTER_ACCESS_TTL: '86400', LOG_LEVEL: 'warn' };
    const stack = await startStack({ dataDir: this.dataDir, wsGateways: gateways, env });
    if (this.keepsRunning) this.kept = { stack, gateways };
    try {
      await stack.waitReady(readyMs);
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Everybody is in one room of a layout. */
  person({ members }: Layout, room: number, member: number): Person {
    const person = this.people[room * members + member];
    if (person === undefined) throw new Error(`room ${room} has no member ${member}`);
    return person;
  }

  private async populate(url: string, layout: Layout): Promise<string[]> {
    const lacking = layout.rooms * layout.members - this.people.length;
    if (lacking > 0) {
      this.say(`signing up ${lacking} people`);
      this.people.push(...(await inTurns(Array.from({ length: lacking }), () => register(url), signUpWidth)));
    }
    const key = `${layout.rooms} × ${layout.members}`;
    const known = this.rooms.get(key);
    if (known) return known;
    this.say(`making ${layout.rooms} rooms of ${layout.members}`);
    const rooms = await inTurns(
      Array.from({ length: layout.rooms }),
      async (_, room) => {
        const id = await makeRoom(url, this.person(layout, room, 0));
        const others = Array.from({ length: layout.members - 1 }, (__, n) => this.person(layout, room, n + 1));
        await inTurns(others, (person) => joinAs(url, person, id), layout.rooms === 1 ? joinWidth : 2);
        return id;
      },
      signUpWidth,
    );
    this.rooms.set(key, rooms);
    return rooms;
  }
}

export class NatterRunning implements Running {
  constructor(
    readonly stack: Stack,
    readonly rooms: readonly string[],
    private readonly person: (room: number, member: number) => Person,
    readonly stop: () => Promise<void>,
  ) {}

  get pids(): ReadonlyMap<string, number> {
    return new Map(this.stack.parts.flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid] as const])));
  }

  /** Runs a statement in the room-service's database. */
  async sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.stack.databaseUrls.natter_rooms });
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Where a room's member may open a socket, and with what. */
  seat(room: number, member: number, gateway: number): Seat {
    return { url: this.stack.wsUrls[gateway] ?? '', token: this.person(room, member).token };
  }

  async open(room: number, member: number, options?: WireOptions): Promise<Member> {
    const { token } = this.person(room, member);
    const urls = this.stack.wsUrls;
    const url = urls[(room + member) % urls.length] ?? '';
    const wire = await Wire.open(url, { ...options, headers: { authorization: `Bearer ${token}` } });
    const id = this.rooms[room] ?? '';
    const made = silentMember(
      room,
      (body) => wire.send(frameOf(`{"type":"send","id":"${randomUUID()}","room":"${id}","body":"${body}"}`)),
      () => wire.destroy(),
    );
    wire.send(hello);
    await new Promise<void>((resolve, reject) => {
      wire.onClose = () => reject(new Error('closed before it was synced'));
      wire.onPayload = (chunk, start) => isSynced(chunk, start) && resolve();
    });
    wire.onClose = () => made.onClose();
    wire.onPayload = (chunk, start, end) => {
      const what = kindOf(chunk, start);
      if (what === kind.delivery) made.onDelivery(chunk, start, end);
      else if (what === kind.ack) made.onAck();
      else if (what === kind.refusal) made.onRefusal();
    };
    return made;
  }
}

/** By the letters behind `{"type":"`: message, ack, error; raw speaks the same. */
export function kindOf(chunk: Buffer, start: number): Kind {
  switch (chunk[start + 9]) {
    case 0x6d: // m…
      return chunk[start + 11] === 0x73 ? kind.delivery : kind.other; // mes…, not mem…
    case 0x61: // a…
      return kind.ack;
    case 0x65: // e…
      return chunk[start + 10] === 0x72 ? kind.refusal : kind.other; // er…, not ed…
    default:
      return kind.other;
  }
}

/** `{"type":"synced"` */
const isSynced = (chunk: Buffer, start: number): boolean => chunk[start + 9] === 0x73 && chunk[start + 10] === 0x79;
