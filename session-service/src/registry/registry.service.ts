// What ws-gateways tell: their lease, their connections, their interest in rooms.
import { Inject, Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import type { ConnectionEntry, listInstances, registerInstance } from '@natter/contracts/sessions';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { eachBounded } from '../store/bounded.js';
import { Buckets, storeName } from '../store/buckets.js';
import { RegistryStore } from '../store/registry-store.js';
import { TIMINGS, type Timings } from '../timings.js';
import { type KeyWish, writeKey } from './key-writer.js';
import { judge, type StoredLease, type Verdict } from './lease-rules.js';
import { connectionKey, interestKey, type Place, RegistryIndex, type StoredConnection } from './registry-index.js';
import { RegistryMetrics } from './registry-metrics.js';
import { RegistrySweeper } from './registry-sweeper.js';
import { Turns } from './turns.js';

type Batch = RequestOf<typeof registerInstance>;
type Answer = ReplyOf<typeof registerInstance>;

/** A lease as far as this replica knows it; `isFresh`: it need not be written again yet. */
interface KnownLease {
  value: StoredLease | null;
  revision: number;
  isFresh: boolean;
}

/** Writes of one batch that may wait for the store at once. */
const writesAtOnce = 256;
const leaseTries = 4;
/** A batch of more writes than this is large and waits for its turn. */
const largeBatch = 64;

@Injectable()
export class RegistryService {
  private readonly large = new Turns();

  constructor(
    private readonly buckets: Buckets,
    private readonly store: RegistryStore,
    private readonly index: RegistryIndex,
    private readonly sweeper: RegistrySweeper,
    private readonly metrics: RegistryMetrics,
    @Inject(TIMINGS) private readonly timings: Timings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Takes a batch of an instance's changes; the same batch again does no harm. Answers when all of it is in the store.
   *
   * @throws NatterError `unavailable` while the store is away, or when it takes longer than a batch may: send it again
   */
  async register(batch: Batch): Promise<Answer> {
    const startedMs = this.index.now();
    const isLate = () => this.index.now() - startedMs > this.timings.batchMs;
    const { verdict, started_at } = await this.claim(batch);
    this.metrics.batches.inc({ outcome: verdict });
    if (verdict === 'stale') return { stale: { started_at } };
    if (verdict === 'anew') return { anew: true };
    this.index.touch(batch.instance);
    if (batch.goodbye) await this.sweeper.clear(batch.instance);
    else await this.write(batch, isLate);
    return {};
  }

  private write(batch: Batch, isLate: () => boolean): Promise<void> {
    const size = batch.opened.length + batch.closed.length + batch.interested.length + batch.uninterested.length;
    const writeAll = () => eachBounded(this.wishes(batch), writesAtOnce, (wish) => writeKey(wish, isLate));
    return size > largeBatch ? this.large.run(writeAll, batch.full !== 'first') : writeAll();
  }

  /** The instances that hold a lease, with what counts of theirs. */
  instances(): ReplyOf<typeof listInstances>['items'] {
    const items = [];
    for (const instance of this.index.instances.values()) {
      if (!instance.lease) continue;
      const count = (places: Iterable<Place>) =>
        [...places].filter((place) => this.index.counts(instance, place)).length;
      items.push({
        instance: instance.id,
        incarnation: instance.lease.value.incarnation,
        connections: count(instance.connections.values()),
        rooms: count(instance.rooms.values()),
      });
    }
    return items;
  }

  /**
   * Finds out whether the batch's incarnation speaks for the instance, and renews, takes or ends its lease. `started_at` is that
   * of whoever holds it.
   */
  private async claim(batch: Batch): Promise<{ verdict: Verdict; started_at: number }> {
    const store = this.store.name();
    let lease = this.known(batch, store) ?? (await this.read(batch.instance));
    for (let tries = 0; tries < leaseTries; tries++) {
      const verdict = judge(batch, lease.value, store);
      const answer = { verdict, started_at: lease.value?.started_at ?? batch.started_at };
      if (verdict === 'stale' || verdict === 'anew') return answer;
      if (verdict === 'held' && lease.isFresh && !batch.goodbye) return answer;
      const next = await this.nextLease(batch, verdict, lease.value);
      const value = next && JSON.stringify(next);
      if ((await this.buckets.leases.write(batch.instance, value, lease.revision)) !== null) {
        if (verdict === 'take') this.logger.info({ instance: batch.instance }, 'instance registers');
        return answer;
      }
      // A lease that changed under one who takes it: perhaps by this very batch, sent again. Floors set twice
      // would outdate what was registered in between, so it begins anew.
      if (verdict === 'take') break;
      lease = await this.read(batch.instance);
    }
    throw new NatterError('unavailable', { retryAfterMs: 200 });
  }

  private async nextLease(batch: Batch, verdict: Verdict, before: StoredLease | null): Promise<StoredLease | null> {
    if (batch.goodbye) return null;
    const { incarnation, started_at } = batch;
    const renewed = { incarnation, started_at, renewed_at: Date.now() };
    if (verdict === 'held' && before) return { ...before, ...renewed };
    const states = await this.buckets.states();
    if (!states || storeName(states) !== this.store.name()) {
      void this.store.check();
      throw new NatterError('unavailable', { retryAfterMs: 500 });
    }
    const floors = { connections: states.connections.lastRevision, interest: states.interest.lastRevision };
    return { ...renewed, store: storeName(states), fulls: (before?.fulls ?? 0) + 1, floors };
  }

  /** The lease by the index, when that is enough to say that the batch's incarnation holds it. */
  private known(batch: Batch, store: string): KnownLease | undefined {
    const lease = this.index.instances.get(batch.instance)?.lease;
    if (!lease || !this.index.isCurrent(lease)) return undefined;
    if (judge({ ...batch, full: undefined }, lease.value, store) !== 'held') return undefined;
    const isFresh = this.index.now() - lease.writtenAtMs < this.timings.renewAfterMs;
    return { value: lease.value, revision: lease.revision, isFresh };
  }

  private async read(instance: string): Promise<KnownLease> {
    const found = await this.buckets.leases.read(instance);
    const value = found?.value == null ? null : (JSON.parse(found.value) as StoredLease);
    return { value, revision: found?.revision ?? 0, isFresh: false };
  }

  private wishes(batch: Batch): KeyWish[] {
    const { instance, incarnation } = batch;
    const held = this.index.instances.get(instance);
    const refresh = batch.full !== undefined;
    const known = (place: Place | undefined): KeyWish['known'] =>
      place && this.index.isCurrent(place)
        ? { revision: place.revision, same: place.incarnation === incarnation }
        : undefined;
    const connection = (id: string, value: string | null, known: KeyWish['known']): KeyWish => ({
      bucket: this.buckets.connections,
      key: connectionKey(instance, id),
      value,
      known,
      refresh,
      once: true,
    });
    const interest = (room: string, value: string | null): KeyWish => ({
      bucket: this.buckets.interest,
      key: interestKey(room, instance),
      value,
      known: known(held?.rooms.get(room)),
      refresh,
      once: false,
    });
    // What one batch both opens and closes is over; a room that it both wants and drops is wanted: that can only cost.
    const closed = new Set(batch.closed);
    const interested = new Set(batch.interested);
    const opened = batch.opened.filter((entry) => !closed.has(entry.id));
    const open = (entry: ConnectionEntry): KeyWish => {
      const record = held?.connections.get(entry.id);
      const found = known(record);
      const same = found?.same === true && record?.entry.away === entry.away;
      const value = JSON.stringify({ ...entry, incarnation } satisfies StoredConnection);
      return connection(entry.id, value, found && { ...found, same });
    };
    return [
      ...[...interested].map((room) => interest(room, incarnation)),
      ...opened.map(open),
      ...[...closed].map((id) => connection(id, null, known(held?.connections.get(id)))),
      ...batch.uninterested.filter((room) => !interested.has(room)).map((room) => interest(room, null)),
    ];
  }
}
