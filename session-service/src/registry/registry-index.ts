// What the buckets hold, in memory, by instance and by user. Fed by the watches alone, so that all replicas agree.
// An entry counts while the lease of its instance names the incarnation that registered it.
import type { PresenceStatus } from '@natter/contracts/events';
import type { ConnectionEntry } from '@natter/contracts/sessions';
import type { StoredLease } from './lease-rules.js';

/** Where an entry stands in its bucket. `generation`: the reading of the buckets that last showed it. */
export interface Place {
  key: string;
  incarnation: string;
  revision: number;
  generation: number;
}

export interface ConnectionRecord extends Place {
  entry: ConnectionEntry;
  instance: string;
}

export interface LeaseRecord {
  value: StoredLease;
  revision: number;
  generation: number;
  /** When this replica last saw a renewal, and the last one that was written; its own monotonic clock. */
  seenAtMs: number;
  writtenAtMs: number;
  /** When it saw the instance begin to register in full. */
  floorsAtMs: number;
}

export interface InstanceRecord {
  id: string;
  lease: LeaseRecord | undefined;
  connections: Map<string, ConnectionRecord>;
  rooms: Map<string, Place>;
  /** When to look for entries that no longer count; undefined: none are expected. */
  sweepAtMs: number | undefined;
}

/** What a connection's key holds: the contract's entry, and who registered it. */
export type StoredConnection = ConnectionEntry & { incarnation: string };

export const connectionKey = (instance: string, connection: string): string => `${instance}.${connection}`;
export const interestKey = (room: string, instance: string): string => `${room}.${instance}`;
const splitKey = (key: string): [string, string] => {
  const dot = key.indexOf('.');
  return [key.slice(0, dot), key.slice(dot + 1)];
};

export class RegistryIndex {
  readonly instances = new Map<string, InstanceRecord>();
  private readonly users = new Map<string, Set<ConnectionRecord>>();
  private generation = 0;
  private readonly listeners: ((user: string) => void)[] = [];

  constructor(
    /** Monotonic clock of this replica, ms. */
    readonly now: () => number,
    /** An entry may no longer count: how long to wait before looking, ms. */
    private readonly sweepDelayMs: (cause: 'leftover' | 'floors') => number,
  ) {}

  /** Calls back when what a user's connections say of them may be another thing. */
  onUserChanged(listener: (user: string) => void): void {
    this.listeners.push(listener);
  }

  /** The buckets are about to be read anew: what is held so far is kept, and told apart from what will be read. */
  nextGeneration(): void {
    this.generation++;
  }

  isCurrent(record: { generation: number }): boolean {
    return record.generation === this.generation;
  }

  /**
   * Forgets what the latest reading of the buckets, and what followed it, did not show.
   *
   * @param isOver whether an instance had time enough to say again what was lost
   * @returns how many entries were dropped, and how many instances have some left
   */
  dropOutdated(isOver: (instance: InstanceRecord) => boolean): { dropped: number; waiting: number } {
    let dropped = 0;
    let waiting = 0;
    for (const instance of this.instances.values()) {
      const connections = [...instance.connections].filter(([, record]) => !this.isCurrent(record));
      const rooms = [...instance.rooms].filter(([, place]) => !this.isCurrent(place));
      const isLeaseOutdated = instance.lease !== undefined && !this.isCurrent(instance.lease);
      if (connections.length + rooms.length === 0 && !isLeaseOutdated) continue;
      if (!isOver(instance)) {
        waiting++;
        continue;
      }
      for (const [id] of connections) this.removeConnection(instance, id);
      for (const [room] of rooms) instance.rooms.delete(room);
      dropped += connections.length + rooms.length;
      if (isLeaseOutdated) {
        instance.lease = undefined;
        this.usersChanged(instance);
      }
      this.forgetIfEmpty(instance);
    }
    return { dropped, waiting };
  }

  applyLease(id: string, value: StoredLease | null, revision: number): void {
    const instance = this.instance(id);
    const before = instance.lease;
    const now = this.now();
    if (value === null) {
      instance.lease = undefined;
      this.usersChanged(instance);
      this.expectLeftovers(instance);
      return this.forgetIfEmpty(instance);
    }
    const isNew = before?.value.incarnation !== value.incarnation;
    const isFull = isNew || before.value.fulls !== value.fulls || before.value.store !== value.store;
    instance.lease = {
      value,
      revision,
      generation: this.generation,
      seenAtMs: now,
      writtenAtMs: now,
      floorsAtMs: isFull ? now : before.floorsAtMs,
    };
    if (isNew) {
      this.usersChanged(instance);
      this.expectLeftovers(instance);
    }
    if (isFull) this.expectSweep(instance, 'floors');
  }

  applyConnection(key: string, value: StoredConnection | null, revision: number): void {
    const [instanceId, id] = splitKey(key);
    const instance = this.instance(instanceId);
    const before = instance.connections.get(id);
    if (value === null) {
      this.removeConnection(instance, id);
      return this.forgetIfEmpty(instance);
    }
    if (before) this.users.get(before.entry.user)?.delete(before);
    const { incarnation, ...entry } = value;
    const record = { key, instance: instanceId, incarnation, entry, revision, generation: this.generation };
    instance.connections.set(id, record);
    const ofUser = this.users.get(entry.user);
    if (ofUser) ofUser.add(record);
    else this.users.set(entry.user, new Set([record]));
    this.userChanged(entry.user);
    if (!this.counts(instance, record)) this.expectLeftovers(instance);
  }

  applyInterest(key: string, incarnation: string | null, revision: number): void {
    const [room, instanceId] = splitKey(key);
    const instance = this.instance(instanceId);
    if (incarnation === null) {
      instance.rooms.delete(room);
      return this.forgetIfEmpty(instance);
    }
    const place = { key, incarnation, revision, generation: this.generation };
    instance.rooms.set(room, place);
    if (!this.counts(instance, place)) this.expectLeftovers(instance);
  }

  /** Notes that an instance was heard of: a call counts as much as a renewal in the bucket. */
  touch(id: string): void {
    const lease = this.instances.get(id)?.lease;
    if (lease) lease.seenAtMs = this.now();
  }

  /** Gives every lease its full time again: for a while this replica could not have seen a renewal. */
  touchAll(): void {
    for (const id of this.instances.keys()) this.touch(id);
  }

  /** True while the lease of the entry's instance names the incarnation that registered it. */
  counts(instance: InstanceRecord, place: Place): boolean {
    return instance.lease !== undefined && instance.lease.value.incarnation === place.incarnation;
  }

  /** How many connections of a user are known; some may not count. */
  countOf(user: string): number {
    return this.users.get(user)?.size ?? 0;
  }

  liveConnections(user: string): ConnectionRecord[] {
    return [...(this.users.get(user) ?? [])].filter((record) => this.isLive(record));
  }

  /**
   * The first live connections after one (null: from the start), in the order of instances and, within one, of ids; with `user`, of
   * that user. A page looks at the sockets of those instances that it shows, and at each of them once.
   */
  connectionsAfter(after: { gateway: string; id: string } | null, limit: number, user?: string): ConnectionRecord[] {
    const { gateway: afterInstance, id: afterId } = after ?? { gateway: '', id: '' };
    const found: ConnectionRecord[] = [];
    for (const id of [...this.instances.keys()].filter((name) => name >= afterInstance).sort()) {
      if (found.length === limit) break;
      const first = new FirstById(limit - found.length);
      for (const record of this.recordsOf(id, user))
        if ((id > afterInstance || record.entry.id > afterId) && this.isLive(record)) first.offer(record);
      found.push(...first.all);
    }
    return found;
  }

  /** Online while any connection is, away while all are. */
  statusOf(user: string): PresenceStatus {
    let status: PresenceStatus = 'offline';
    for (const record of this.users.get(user) ?? []) {
      if (!this.isLive(record)) continue;
      if (record.entry.away !== true) return 'online';
      status = 'away';
    }
    return status;
  }

  /** The instances that have sockets in a room. */
  *instancesOf(room: string): Generator<string> {
    for (const instance of this.instances.values()) {
      const place = instance.rooms.get(room);
      if (place !== undefined && this.counts(instance, place)) yield instance.id;
    }
  }

  private recordsOf(instance: string, user: string | undefined): Iterable<ConnectionRecord> {
    if (user === undefined) return this.instances.get(instance)?.connections.values() ?? [];
    return [...(this.users.get(user) ?? [])].filter((record) => record.instance === instance);
  }

  private isLive(record: ConnectionRecord): boolean {
    const instance = this.instances.get(record.instance);
    return instance !== undefined && this.counts(instance, record);
  }

  private instance(id: string): InstanceRecord {
    let found = this.instances.get(id);
    if (!found) {
      found = { id, lease: undefined, connections: new Map(), rooms: new Map(), sweepAtMs: undefined };
      this.instances.set(id, found);
    }
    return found;
  }

  private removeConnection(instance: InstanceRecord, id: string): void {
    const record = instance.connections.get(id);
    if (!record) return;
    instance.connections.delete(id);
    const ofUser = this.users.get(record.entry.user);
    ofUser?.delete(record);
    if (ofUser?.size === 0) this.users.delete(record.entry.user);
    this.userChanged(record.entry.user);
  }

  private usersChanged(instance: InstanceRecord): void {
    for (const { entry } of instance.connections.values()) this.userChanged(entry.user);
  }

  private userChanged(user: string): void {
    for (const listener of this.listeners) listener(user);
  }

  private expectLeftovers(instance: InstanceRecord): void {
    if (instance.connections.size + instance.rooms.size > 0) this.expectSweep(instance, 'leftover');
  }

  private expectSweep(instance: InstanceRecord, cause: 'leftover' | 'floors'): void {
    instance.sweepAtMs = Math.min(instance.sweepAtMs ?? Infinity, this.now() + this.sweepDelayMs(cause));
  }

  private forgetIfEmpty(instance: InstanceRecord): void {
    if (instance.lease || instance.connections.size + instance.rooms.size > 0) return;
    this.instances.delete(instance.id);
  }
}

/** The first so many of the connections offered, by id. Most of many are turned away by one look at the last of them. */
class FirstById {
  readonly all: ConnectionRecord[] = [];

  constructor(private readonly limit: number) {}

  offer(record: ConnectionRecord): void {
    const { id } = record.entry;
    const last = this.all.at(-1);
    if (last !== undefined && this.all.length === this.limit && last.entry.id < id) return;
    const at = this.all.findIndex(({ entry }) => entry.id > id);
    this.all.splice(at === -1 ? this.all.length : at, 0, record);
    if (this.all.length > this.limit) this.all.pop();
  }
}
