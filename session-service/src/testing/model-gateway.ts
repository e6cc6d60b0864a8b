// A ws-gateway in miniature for tests: it knows its sockets and rooms, registers them as the contract says, and nothing else.
import { randomUUID } from 'node:crypto';
import type { Subscription } from '@nats-io/transport-node';
import { NatterError } from '@natter/contracts/errors';
import { type ConnectionEntry, getQueuedBytes, registerInstance } from '@natter/contracts/sessions';
import type { InputOf } from '@natter/contracts/rpc';
import { subjects } from '@natter/contracts/subjects';
import type { Bus } from '@natter/service-kit/nats';
import { sleep } from '@natter/service-kit/retry';
import type { RpcClient } from '@natter/service-kit/rpc-client';

type Batch = Omit<InputOf<typeof registerInstance>, 'instance' | 'incarnation' | 'started_at'>;

const partSize = 500;
/** Above `shortTimings.batchMs`, as `registerInstance.timeoutMs` is above `timings.batchMs`. */
const callMs = 800;

export class ModelGateway {
  readonly connections = new Map<string, ConnectionEntry>();
  readonly rooms = new Set<string>();
  readonly incarnation = randomUUID();
  /** How often it registered in full. */
  fulls = 0;
  isStale = false;
  private alive = true;
  private answers: Subscription | undefined;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly bus: Bus,
    private readonly rpc: RpcClient,
    readonly instance: string,
    readonly startedAt = Date.now(),
  ) {}

  /** Registers in full, then renews this often, and whenever it is asked to. */
  async start(renewMs = 100): Promise<void> {
    this.bus.onJson(subjects.registryReset, () => {
      if (this.alive) void this.registerInFull().catch(() => undefined);
    });
    this.answers = this.bus.nc.subscribe(getQueuedBytes(this.instance).subject, {
      callback: (_, message) => {
        const { data, id } = message.json<{ data: { connections: string[] }; id: string }>();
        const here = data.connections.filter((connection) => this.connections.has(connection));
        const queued = Object.fromEntries(here.map((connection) => [connection, 0]));
        message.respond(JSON.stringify({ response: { queued }, isDisposed: true, id }));
      },
    });
    await this.registerInFull();
    void this.renew(renewMs);
  }

  async open(user: string, room?: string, since = '2026-01-01T00:00:00.000Z'): Promise<ConnectionEntry> {
    const entry = {
      id: randomUUID(),
      user,
      session: randomUUID(),
      since,
      ...(room && { room }),
    };
    this.connections.set(entry.id, entry);
    await this.tell({ opened: [entry] });
    return entry;
  }

  async close(id: string): Promise<void> {
    this.connections.delete(id);
    await this.tell({ closed: [id] });
  }

  /** Its client says that nobody looks, or that somebody does again. */
  async setAway(id: string, isAway: boolean): Promise<void> {
    const { away: _, ...entry } = this.connections.get(id)!;
    const changed = { ...entry, ...(isAway && { away: true as const }) };
    this.connections.set(id, changed);
    await this.tell({ opened: [changed] });
  }

  async want(...rooms: string[]): Promise<void> {
    for (const room of rooms) this.rooms.add(room);
    await this.tell({ interested: rooms });
  }

  async drop(...rooms: string[]): Promise<void> {
    for (const room of rooms) this.rooms.delete(room);
    await this.tell({ uninterested: rooms });
  }

  async goodbye(): Promise<void> {
    this.alive = false;
    await this.tell({ goodbye: true });
  }

  /** Falls silent, as by kill -9. */
  kill(): void {
    this.alive = false;
    this.answers?.unsubscribe();
  }

  /** One batch at a time, again until it is answered. */
  tell(batch: Batch): Promise<void> {
    const told = this.turn.then(() => this.send(batch));
    this.turn = told.catch(() => undefined);
    return told;
  }

  private async send(batch: Batch): Promise<void> {
    const answer = await this.call(batch);
    if (answer.stale) this.isStale = true;
    else if (answer.anew && this.alive) await this.full();
  }

  private registerInFull(): Promise<void> {
    const told = this.turn.then(() => this.full());
    this.turn = told.catch(() => undefined);
    return told;
  }

  private async full(): Promise<void> {
    this.fulls++;
    const opened = [...this.connections.values()];
    const interested = [...this.rooms];
    for (let at = 0; at === 0 || at < Math.max(opened.length, interested.length); at += partSize) {
      const answer = await this.call({
        full: at === 0 ? 'first' : 'more',
        opened: opened.slice(at, at + partSize),
        interested: interested.slice(at, at + partSize),
      });
      if (answer.stale) this.isStale = true;
      if (answer.stale || answer.anew) return;
    }
  }

  private async call(batch: Batch) {
    const { instance, incarnation, startedAt: started_at } = this;
    for (let tries = 0; ; tries++) {
      try {
        return await this.rpc.call(
          registerInstance,
          { instance, incarnation, started_at, ...batch },
          { timeoutMs: callMs },
        );
      } catch (error) {
        if (!(error instanceof NatterError) || error.outcome !== 'unknown' || tries > 100) throw error;
        await sleep(100);
      }
    }
  }

  private async renew(renewMs: number): Promise<void> {
    while (this.alive && !this.isStale) {
      await sleep(renewMs);
      if (this.alive) await this.tell({}).catch(() => undefined);
    }
  }
}
