// The life of the store: buckets made when missing, read into the index, watched; and when they were lost (they live in
// memory), made again, with all ws-gateways asked to register anew. Meanwhile the old index goes on answering: sockets outlive
// a restart of the bus, so what was true is the best guess until those concerned had the time to say it again.
import { deferred } from '@nats-io/transport-node';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { subjects } from '@natter/contracts/subjects';
import { Health } from '@natter/service-kit/health';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { retryDelay, sleep } from '@natter/service-kit/retry';
import type { Config } from '../config.js';
import { RegistryMetrics } from '../registry/registry-metrics.js';
import type { StoredLease } from '../registry/lease-rules.js';
import { type InstanceRecord, RegistryIndex, type StoredConnection } from '../registry/registry-index.js';
import { TIMINGS, type Timings } from '../timings.js';
import { type BucketWatch, type Change, watchBucket } from './bucket-watch.js';
import { type BucketKind, bucketKinds, Buckets, type BucketStates, storeName } from './buckets.js';

/** So many times of grace after a loss nobody is still busy registering again. */
const settleTimes = 8;

@Injectable()
export class RegistryStore implements OnModuleInit, OnApplicationShutdown {
  /** What is open, or was last: to be compared with what is there now. */
  private states: BucketStates | undefined;
  private isOpen = false;
  private caughtUp = false;
  private answers = true;
  private stopped = false;
  private watches: BucketWatch[] = [];
  private readonly firstReading = deferred<void>();
  private reopen: (reason: string) => void = () => {};
  /** Until then those concerned may still say again what was lost; monotonic clock. */
  private graceUntilMs = -Infinity;
  private dropTimer: NodeJS.Timeout | undefined;
  private announceTimers: NodeJS.Timeout[] = [];
  private checkTimer: NodeJS.Timeout | undefined;
  private checking = false;

  constructor(
    private readonly bus: Bus,
    private readonly buckets: Buckets,
    private readonly index: RegistryIndex,
    private readonly metrics: RegistryMetrics,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(TIMINGS) private readonly timings: Timings,
    @Inject(LOGGER) private readonly logger: Logger,
    health: Health,
  ) {
    health.add('buckets', () => (this.isOpen && this.answers ? 'ok' : 'away'));
    health.add('watches', () => (this.caughtUp ? 'ok' : 'catching up'));
    bus.onReconnect(() => this.reopen('the bus was away'));
    buckets.onFault = () => void this.check();
  }

  /** Waits until all that the buckets hold has been read: before, this replica takes no calls. */
  async onModuleInit(): Promise<void> {
    void this.run();
    await this.firstReading;
    this.checkTimer = setInterval(() => void this.check(), this.timings.checkMs);
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    for (const timer of [this.checkTimer, this.dropTimer, ...this.announceTimers]) clearTimeout(timer);
    this.reopen('stopping');
  }

  /** Names the store of today. @throws NatterError `unavailable` while there is none */
  name(): string {
    if (!this.isOpen || !this.states) throw new NatterError('unavailable', { retryAfterMs: 500 });
    return storeName(this.states);
  }

  /** True while renewals that others see written would be seen here too. */
  get isListening(): boolean {
    return this.caughtUp && this.bus.isUp;
  }

  /** Compares the buckets with those that were opened, and reads all anew when one is gone, another, or has forgotten. */
  async check(): Promise<void> {
    if (this.checking || !this.isOpen || !this.bus.isUp) return;
    this.checking = true;
    const opened = this.states;
    try {
      const found = await this.buckets.states();
      this.answers = true;
      if (opened !== this.states || !opened) return;
      const same = (kind: BucketKind) =>
        found?.[kind].createdAt === opened[kind].createdAt && found[kind].lastRevision >= opened[kind].lastRevision;
      if (!bucketKinds.every(same)) return this.reopen('the store was lost');
      this.states = found ?? opened;
    } catch (error) {
      this.answers = false;
      this.logger.debug({ err: error }, 'the store does not answer');
    } finally {
      this.checking = false;
    }
  }

  private async run(): Promise<void> {
    for (let attempt = 0; !this.stopped; ) {
      const doubt = deferred<string>();
      this.reopen = (reason) => doubt.resolve(reason);
      try {
        await this.open(doubt);
        attempt = 0;
        this.firstReading.resolve();
        const reason = await doubt;
        if (!this.stopped) this.logger.warn({ reason }, 'reading the registry anew');
      } catch (error) {
        if (!this.stopped) {
          this.logger.warn({ err: error, attempt }, 'the registry cannot be opened');
          await sleep(retryDelay(attempt++, 100, 2_000));
        }
      }
      this.close();
      while (!this.bus.isUp && !this.stopped) await sleep(50);
    }
  }

  /**
   * Reads and watches the buckets.
   * @param doubt resolves with a word for the log when what is read can no longer be relied on
   * @throws when it does so before all has been read, or that takes too long
   */
  private async open(doubt: Promise<string>): Promise<void> {
    const { states, lost } = await this.buckets.make(this.config.KV_REPLICAS, this.states);
    this.states = states;
    this.index.nextGeneration();
    this.buckets.markers.clear();
    if (lost) this.graceUntilMs = this.index.now() + this.timings.confirmMs;
    this.isOpen = true;
    for (const kind of bucketKinds) {
      const onChange = (change: Change) => this.take(kind, change);
      const onDoubt = (reason: string) => this.reopen(`the watch of ${kind} ended: ${reason}`);
      this.watches.push(await watchBucket(this.buckets[kind], states[kind].lastRevision, onChange, onDoubt));
    }
    const late = sleep(this.timings.openMs).then(() => Promise.reject(new Error('the buckets took too long to read')));
    const doubted = doubt.then((reason) => Promise.reject(new Error(reason)));
    await Promise.race([Promise.all(this.watches.map((watch) => watch.caughtUp)), late, doubted]);
    this.caughtUp = true;
    this.index.touchAll();
    this.logger.info({ lost, instances: this.index.instances.size }, 'registry open');
    if (lost) this.announce();
    this.dropOutdated();
  }

  private close(): void {
    this.isOpen = false;
    this.caughtUp = false;
    clearTimeout(this.dropTimer);
    for (const watch of this.watches) watch.stop();
    this.watches = [];
  }

  /** Asks all ws-gateways to register anew. The hint may be lost; then their next renewal is answered `anew`. */
  private announce(): void {
    this.metrics.resets.inc();
    for (const timer of this.announceTimers) clearTimeout(timer);
    this.announceTimers = this.timings.announceMs.map((afterMs) =>
      setTimeout(() => this.bus.publishJson(subjects.registryReset, {}), afterMs),
    );
  }

  /**
   * Drops what the buckets no longer show. After a loss that waits: for each instance until it has had the time to register in full
   * since it last began to, or, when it does not even take a lease, until the time of grace is over.
   */
  private dropOutdated(): void {
    const nowMs = this.index.now();
    const isSettled = nowMs > this.graceUntilMs + settleTimes * this.timings.confirmMs;
    const isOver = ({ lease }: InstanceRecord): boolean => {
      if (isSettled) return true;
      const hasBegun = lease !== undefined && this.index.isCurrent(lease);
      return nowMs >= (hasBegun ? lease.floorsAtMs + this.timings.confirmMs : this.graceUntilMs);
    };
    const { dropped, waiting } = this.index.dropOutdated(isOver);
    if (dropped > 0) this.logger.info({ dropped }, 'entries of before dropped');
    if (waiting > 0) this.dropTimer = setTimeout(() => this.dropOutdated(), this.timings.tickMs);
  }

  private take(kind: BucketKind, { key, value, revision }: Change): void {
    if (value === null && !this.caughtUp) this.buckets.markers.add(this.buckets[kind], revision);
    try {
      if (kind === 'interest') this.index.applyInterest(key, value, revision);
      else if (kind === 'leases') this.index.applyLease(key, parse<StoredLease>(value), revision);
      else this.index.applyConnection(key, parse<StoredConnection>(value), revision);
    } catch (error) {
      this.logger.error({ err: error, bucket: kind, revision }, 'entry that cannot be read');
    }
  }
}

const parse = <T>(value: string | null): T | null => (value === null ? null : (JSON.parse(value) as T));
