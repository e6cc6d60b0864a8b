// The three buckets of the registry, and what all of them together say about the store.
import { jetstream } from '@nats-io/jetstream';
import { buckets } from '@natter/contracts/subjects';
import type { Bus } from '@natter/service-kit/nats';
import { AckedPublisher } from './acked-publisher.js';
import { Bucket, type BucketState } from './bucket.js';
import { Markers } from './markers.js';

/** Answers of the store come within this or count as a fault. */
const answerMs = 2_000;

export const bucketKinds = ['leases', 'connections', 'interest'] as const;
export type BucketKind = (typeof bucketKinds)[number];
export type BucketStates = Record<BucketKind, BucketState>;

/** Names the making of the buckets that hold entries: another name means that entries were lost in between. */
export const storeName = (states: BucketStates): string =>
  `${states.connections.createdAt} ${states.interest.createdAt}`;

export class Buckets {
  /** Set by who opens the buckets: told when a call failed as if one of them were gone. */
  onFault: () => void = () => {};

  private constructor(
    readonly leases: Bucket,
    readonly connections: Bucket,
    readonly interest: Bucket,
    readonly markers: Markers,
  ) {}

  /** Asks nothing of the store yet. */
  static async of(bus: Bus, markerMs: number): Promise<Buckets> {
    const js = jetstream(bus.nc, { timeout: answerMs });
    const jsm = await js.jetstreamManager(false);
    const publisher = new AckedPublisher(bus, answerMs);
    const markers = new Markers(markerMs, () => performance.now());
    const hooks = {
      onFault: () => all.onFault(),
      onMarker: (bucket: Bucket, revision: number) => markers.add(bucket, revision),
    };
    const bucket = (kind: BucketKind) => new Bucket(buckets[kind], bus, publisher, js, jsm, hooks);
    const all: Buckets = new Buckets(bucket('leases'), bucket('connections'), bucket('interest'), markers);
    return all;
  }

  /**
   * Makes those that are missing.
   *
   * @returns their states, and whether what they held is lost: one was made just now, or is not the one that was `known`
   */
  async make(replicas: number, known: BucketStates | undefined): Promise<{ states: BucketStates; lost: boolean }> {
    const [leases, connections, interest] = await Promise.all(
      bucketKinds.map((kind) => this[kind].make(replicas, known?.[kind])),
    );
    const found = { leases: leases!, connections: connections!, interest: interest! };
    const lost = bucketKinds.some(
      (kind) => found[kind].made || (known !== undefined && known[kind].createdAt !== found[kind].createdAt),
    );
    return { states: found, lost };
  }

  /** @returns null when one of them is gone @throws when the store does not answer */
  async states(): Promise<BucketStates | null> {
    const [leases, connections, interest] = await Promise.all(bucketKinds.map((kind) => this[kind].state()));
    return leases && connections && interest ? { leases, connections, interest } : null;
  }
}
