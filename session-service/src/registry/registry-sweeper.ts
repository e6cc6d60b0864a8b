// What fell silent goes: leases that nobody renews, and entries that no longer count. Any replica may do it; writes that
// name the revision they expect make it safe, waiting at random makes it the work of one.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { eachBounded } from '../store/bounded.js';
import type { Bucket } from '../store/bucket.js';
import { Buckets } from '../store/buckets.js';
import { RegistryStore } from '../store/registry-store.js';
import { TIMINGS, type Timings } from '../timings.js';
import { type InstanceRecord, type Place, RegistryIndex } from './registry-index.js';
import { RegistryMetrics } from './registry-metrics.js';

const writesAtOnce = 128;
/** A tick that comes this many times later than it should: this process was held up. */
const lateTicks = 5;

@Injectable()
export class RegistrySweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private lastTickMs = 0;
  private busy = false;

  constructor(
    private readonly buckets: Buckets,
    private readonly store: RegistryStore,
    private readonly index: RegistryIndex,
    private readonly metrics: RegistryMetrics,
    @Inject(TIMINGS) private readonly timings: Timings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.lastTickMs = this.index.now();
    this.timer = setInterval(() => void this.tick(), this.timings.tickMs);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Drops leases that ran out and removes entries that no longer count. Time in which we could not listen counts for nobody. */
  async tick(): Promise<void> {
    const nowMs = this.index.now();
    const wasHeldUp = nowMs - this.lastTickMs > this.timings.tickMs * lateTicks;
    this.lastTickMs = nowMs;
    if (wasHeldUp || !this.store.isListening) return this.index.touchAll();
    if (this.busy) return;
    this.busy = true;
    try {
      for (const instance of this.index.instances.values()) {
        const { lease } = instance;
        if (lease && this.index.isCurrent(lease) && nowMs - lease.seenAtMs > this.timings.leaseTtlMs) {
          await this.dropLease(instance, lease.revision);
        }
        if ((instance.sweepAtMs ?? Infinity) <= nowMs) await this.sweep(instance);
      }
      await this.buckets.markers.erase();
    } catch (error) {
      this.logger.debug({ err: error }, 'sweep not finished');
    } finally {
      this.busy = false;
    }
  }

  /** Removes all entries of an instance whose lease was given back. @throws NatterError `unavailable`: the next ticks will */
  async clear(id: string): Promise<void> {
    const instance = this.index.instances.get(id);
    if (instance) await this.sweep(instance);
  }

  private async dropLease(instance: InstanceRecord, revision: number): Promise<void> {
    const dropped = await this.buckets.leases.write(instance.id, null, revision);
    if (dropped === null) return; // renewed, or dropped by another replica: the watch will tell
    this.metrics.dropped.inc();
    this.logger.warn({ instance: instance.id, connections: instance.connections.size }, 'instance fell silent');
    await this.sweep(instance);
  }

  private async sweep(instance: InstanceRecord): Promise<void> {
    // Until it is done it is due again soon: a sweep that fails is made up for.
    instance.sweepAtMs = this.index.now() + this.timings.leftoverMs;
    const found = await this.buckets.leases.read(instance.id);
    const hasLease = found !== null && found.value !== null;
    // The bucket decides, not the index: while the watch of the leases is behind, this waits.
    if (hasLease && found.revision !== instance.lease?.revision) return;
    instance.sweepAtMs = undefined;
    const { lease } = instance;
    const confirmByMs = (lease?.floorsAtMs ?? 0) + this.timings.confirmMs;
    const mayStillConfirm = this.index.now() < confirmByMs;
    const over: { bucket: Bucket; place: Place }[] = [];
    const look = (places: Iterable<Place>, bucket: Bucket, floor = 0) => {
      for (const place of places) {
        if (!this.index.isCurrent(place)) continue;
        const isOutdated = place.revision <= floor;
        const counts = hasLease && this.index.counts(instance, place);
        if (!counts || (isOutdated && !mayStillConfirm)) over.push({ bucket, place });
        else if (isOutdated) instance.sweepAtMs = confirmByMs;
      }
    };
    look(instance.rooms.values(), this.buckets.interest, lease?.value.floors.interest);
    look(instance.connections.values(), this.buckets.connections, lease?.value.floors.connections);
    if (over.length === 0) return;
    instance.sweepAtMs = this.index.now() + this.timings.leftoverMs;
    this.logger.info({ instance: instance.id, entries: over.length }, 'leftovers removed');
    await eachBounded(over, writesAtOnce, ({ bucket, place }) => bucket.write(place.key, null, place.revision));
  }
}
