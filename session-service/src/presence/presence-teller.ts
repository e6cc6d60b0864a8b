// Tells who came, went, or is away: to the instances that have sockets in the rooms in which it is shown, one message for each and tick.
// So many users a second and no more; whoever has waited longest comes first.
import type { PresenceStatus } from '@natter/contracts/events';
import { listPresenceRooms } from '@natter/contracts/rooms';
import type { InstanceHints, PresenceBeat, PresenceChange } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { retryDelay } from '@natter/service-kit/retry';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { Config } from '../config.js';
import { RegistryIndex } from '../registry/registry-index.js';
import { TIMINGS, type Timings } from '../timings.js';
import { FirstReplica } from './first-replica.js';
import { LastSeen } from './last-seen.js';
import { type Change, PresenceChanges } from './presence-changes.js';
import { PresenceMetrics } from './presence-metrics.js';
import { SeenOutbox } from './seen-outbox.js';

/** Users told of in one tick: with the tick of `timings`, a thousand a second. */
const perTick = 256;
/** A message to an instance stays well below what the bus carries; ids of rooms are nearly all of it. */
const maxRoomsPerMessage = 10_000;

@Injectable()
export class PresenceTeller implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly first: FirstReplica;
  private readonly replica: string;
  private timers: NodeJS.Timeout[] = [];
  private isBusy = false;
  private failures = 0;
  private notBeforeMs = 0;

  constructor(
    private readonly bus: Bus,
    private readonly rpc: RpcClient,
    private readonly index: RegistryIndex,
    private readonly changes: PresenceChanges,
    private readonly lastSeen: LastSeen,
    private readonly seen: SeenOutbox,
    private readonly metrics: PresenceMetrics,
    @Inject(TIMINGS) private readonly timings: Timings,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) config: Config,
  ) {
    this.replica = config.INSTANCE_ID;
    this.first = new FirstReplica(this.replica, () => this.index.now(), timings.presence);
    index.onUserChanged((user) => {
      changes.note(user);
      if (index.statusOf(user) === 'offline') lastSeen.note(user, Date.now());
    });
    bus.onJson<PresenceBeat>(subjects.presenceBeat, (beat) => this.first.hear(beat));
  }

  /** The buckets have been read: who was there before us is no news. */
  onApplicationBootstrap(): void {
    this.changes.settle();
    const { tickMs, beatMs } = this.timings.presence;
    this.timers = [setInterval(() => void this.tick(), tickMs), setInterval(() => this.beat(), beatMs)];
  }

  onApplicationShutdown(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private beat(): void {
    if (this.first.isReady)
      this.bus.publishJson(subjects.presenceBeat, { replica: this.replica } satisfies PresenceBeat);
  }

  private async tick(): Promise<void> {
    if (!this.bus.isUp || this.isBusy || this.index.now() < this.notBeforeMs) return;
    if (!this.first.isFirst) return this.changes.settleOld();
    const changes = this.changes.due(perTick);
    if (changes.length === 0) return;
    this.isBusy = true;
    try {
      await this.tell(changes);
      this.failures = 0;
    } catch (error) {
      if (this.failures++ === 0) this.logger.warn({ reason: (error as Error).message }, 'presence waits');
      this.notBeforeMs = this.index.now() + retryDelay(this.failures, 200, 2_000);
    } finally {
      this.isBusy = false;
    }
  }

  /** Rooms are read each time: who was removed from one a moment ago is not shown in it. @throws when the room-service is away */
  private async tell(changes: readonly Change[]): Promise<void> {
    const { users } = await this.rpc.call(listPresenceRooms, { users: changes.map(({ user }) => user) });
    const rooms = new Map(users.map((entry) => [entry.user, entry.rooms]));
    const messages = new Map<string, PresenceChange[]>();
    for (const change of changes) {
      const theirs = rooms.get(change.user);
      if (theirs === undefined) continue; // The answer had no more place: the next tick asks again.
      const shown = { ...change, last_seen: this.lastSeenOf(change.user, change.status) };
      for (const [instance, shownIn] of this.byInstance(theirs)) {
        const message = messages.get(instance);
        if (message === undefined) messages.set(instance, [{ ...shown, rooms: shownIn }]);
        else message.push({ ...shown, rooms: shownIn });
      }
      this.seen.note(change.user, Date.parse(shown.last_seen));
      this.changes.done(change);
      this.metrics.told.inc({ status: change.status });
    }
    for (const [instance, presence] of messages) this.send(instance, presence);
  }

  private byInstance(rooms: readonly string[]): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const room of rooms)
      for (const instance of this.index.instancesOf(room)) {
        const known = found.get(instance);
        if (known === undefined) found.set(instance, [room]);
        else known.push(room);
      }
    return found;
  }

  private send(instance: string, changes: PresenceChange[]): void {
    let part: PresenceChange[] = [];
    let rooms = 0;
    const publish = () => {
      this.bus.publishJson(subjects.instanceHints(instance), { presence: part } satisfies InstanceHints);
      this.metrics.messages.inc();
    };
    for (const change of changes) {
      if (rooms + change.rooms.length > maxRoomsPerMessage && part.length > 0) {
        publish();
        part = [];
        rooms = 0;
      }
      part.push(change);
      rooms += change.rooms.length;
    }
    publish();
  }

  private lastSeenOf(user: string, status: PresenceStatus): string {
    const now = new Date().toISOString();
    return status === 'offline' ? (this.lastSeen.of(user) ?? now) : now;
  }
}
