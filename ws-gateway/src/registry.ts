// Tells the session-service which sockets and rooms live here. Our sockets are the truth: what is sent is always read from them,
// so a lost or repeated call does no harm, and when the other side has lost its store everything is sent again.
import { randomUUID } from 'node:crypto';
import {
  type ConnectionEntry,
  type ConnectionsExceeded,
  getQueuedBytes,
  leaseRenewMs,
  registerInstance,
} from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { retryDelay, sleep } from '@natter/service-kit/retry';
import type { InputOf, ReplyOf } from '@natter/contracts/rpc';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { Config } from './config.js';
import type { Connection } from './connection.js';
import { Hub } from './hub.js';

const flushMs = 100;
const perCall = 2_000;
/** More changes than this are not remembered one by one: everything is sent instead. */
const maxChanges = 50_000;
const timeoutMs = 3_000;

type Part = Partial<InputOf<typeof registerInstance>>;

@Injectable()
export class Registry implements OnApplicationShutdown {
  incarnation = randomUUID();
  private readonly instance: string;
  private startedAtMs = Date.now();
  private readonly changedConnections = new Set<string>();
  private readonly changedRooms = new Set<string>();
  private mustSendAll = true;
  private isBusy = false;
  private isOver = false;
  private lastSentMs = 0;
  private failures = 0;
  private readonly timer = setInterval(() => void this.tick(), flushMs);

  constructor(
    bus: Bus,
    private readonly rpc: RpcClient,
    private readonly hub: Hub,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) config: Config,
  ) {
    this.instance = config.INSTANCE_ID;
    hub.listen({
      connectionChanged: (connection) => this.note(this.changedConnections, connection.id),
      awayChanged: (connection) => this.note(this.changedConnections, connection.id),
      roomChanged: (room) => this.note(this.changedRooms, room),
    });
    bus.onJson(subjects.registryReset, () => (this.mustSendAll = true));
    bus.onReconnect(() => (this.mustSendAll = true));
    // The hub keeps the limit of a user's sockets for its own; over all instances only the session-service sees it.
    bus.onJson<ConnectionsExceeded>(subjects.connectionsExceeded, ({ connections }) => {
      for (const id of connections) hub.connections.get(id)?.close('too_many_connections');
    });
    bus.answer(getQueuedBytes(this.instance), ({ connections }) => ({ queued: this.queuedBytes(connections) }));
  }

  /** Tells that this instance stops: its lease and all it registered go. Best effort, at most 3 s. */
  async goodbye(): Promise<void> {
    this.isOver = true;
    await this.call({ goodbye: true }).catch(() => undefined);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private note(changes: Set<string>, id: string): void {
    changes.add(id);
    if (changes.size > maxChanges) this.mustSendAll = true;
  }

  private async tick(): Promise<void> {
    const isDue =
      this.mustSendAll ||
      this.changedConnections.size > 0 ||
      this.changedRooms.size > 0 ||
      performance.now() - this.lastSentMs >= leaseRenewMs;
    if (!isDue || this.isBusy || this.isOver) return;
    this.isBusy = true;
    try {
      if (this.mustSendAll) await this.sendAll();
      else await this.sendChanges();
      this.failures = 0;
    } catch (error) {
      if (this.failures++ === 3) this.logger.warn({ reason: (error as Error).message }, 'registration waits');
      await sleep(retryDelay(this.failures, flushMs, 2_000));
    } finally {
      this.isBusy = false;
    }
  }

  private async sendAll(): Promise<void> {
    this.mustSendAll = false;
    this.changedConnections.clear();
    this.changedRooms.clear();
    const connections = [...this.hub.connections.keys()];
    const rooms = [...this.hub.feeds.keys()];
    for (let i = 0; i === 0 || i < connections.length || i < rooms.length; i += perCall) {
      const part: Part = {
        full: i === 0 ? 'first' : 'more',
        opened: this.entries(connections.slice(i, i + perCall)),
        interested: rooms.slice(i, i + perCall),
      };
      try {
        this.heed(await this.call(part));
      } catch (error) {
        this.mustSendAll = true;
        throw error;
      }
      if (this.mustSendAll) return;
    }
  }

  private async sendChanges(): Promise<void> {
    const connections = take(this.changedConnections, perCall);
    const rooms = take(this.changedRooms, perCall);
    try {
      const reply = await this.call({
        opened: this.entries(connections),
        closed: connections.filter((id) => !this.hub.connections.has(id)),
        interested: rooms.filter((room) => this.hub.feeds.has(room)),
        uninterested: rooms.filter((room) => !this.hub.feeds.has(room)),
      });
      this.heed(reply);
    } catch (error) {
      for (const id of connections) this.changedConnections.add(id);
      for (const room of rooms) this.changedRooms.add(room);
      throw error;
    }
  }

  private heed(reply: ReplyOf<typeof registerInstance>): void {
    if (reply.stale) {
      this.incarnation = randomUUID();
      // A clock that was set back since the other start would not get past it.
      this.startedAtMs = Math.max(Date.now(), reply.stale.started_at + 1);
      this.logger.warn('another start of this instance was registered: registering anew');
    }
    if (reply.stale || reply.anew) this.mustSendAll = true;
  }

  private async call(part: Part): Promise<ReplyOf<typeof registerInstance>> {
    const { instance, incarnation, startedAtMs } = this;
    const request = { instance, incarnation, started_at: startedAtMs, ...part };
    const reply = await this.rpc.call(registerInstance, request, { timeoutMs });
    this.lastSentMs = performance.now();
    return reply;
  }

  /** Bytes that wait to be sent, of those that are here. */
  private queuedBytes(ids: readonly string[]): Record<string, number> {
    const found = ids.map((id) => this.hub.connections.get(id)).filter((connection) => connection !== undefined);
    return Object.fromEntries(found.map(({ id, outbound }) => [id, outbound.queuedBytes]));
  }

  private entries(ids: readonly string[]): ConnectionEntry[] {
    const found = ids.map((id) => this.hub.connections.get(id)).filter((connection) => connection !== undefined);
    return found.map(entryOf);
  }
}

function entryOf({ id, user, session, only, isAway, since }: Connection): ConnectionEntry {
  return {
    id,
    user: user.id,
    session,
    since: new Date(since).toISOString(),
    ...(only !== undefined && { room: only }),
    ...(isAway && { away: true }),
  };
}

/** Takes up to `most` out of a set, oldest first. */
function take(set: Set<string>, most: number): string[] {
  const taken: string[] = [];
  for (const id of set) {
    if (taken.length === most) break;
    taken.push(id);
    set.delete(id);
  }
  return taken;
}
