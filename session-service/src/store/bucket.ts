// One KV bucket. Each write says which revision of the key it expects, so that a write that comes late,
// from a replica that was paused or from a batch that was given up, never undoes a newer one.
import {
  type JetStreamClient,
  type JetStreamManager,
  JetStreamApiCodes,
  JetStreamApiError,
  StorageType,
} from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { headers } from '@nats-io/transport-node';
import { NatterError } from '@natter/contracts/errors';
import type { Bus } from '@natter/service-kit/nats';
import type { AckedPublisher } from './acked-publisher.js';

/** A key's newest revision; `value` null: a marker that says it was deleted. */
export interface Found {
  revision: number;
  value: string | null;
}

/** What tells one making of a bucket from the next, and where its numbering stands. */
export interface BucketState {
  createdAt: string;
  lastRevision: number;
}

/** What the owner of a bucket wants to hear. */
export interface BucketHooks {
  /** A call failed in a way that may mean that the bucket is gone. */
  onFault: () => void;
  /** A key was deleted; its marker is to be erased some day. */
  onMarker: (bucket: Bucket, revision: number) => void;
}

const operationHeader = 'KV-Operation';
const noBytes = new Uint8Array();
const isOtherRevision = (code: number): boolean =>
  code === JetStreamApiCodes.StreamWrongLastSequence || code === JetStreamApiCodes.StreamWrongLastSequenceUnknown;

/** True when a KV message is the marker of a deleted key. */
export const isMarker = (meta: { get(name: string): string } | undefined): boolean => {
  const operation = meta?.get(operationHeader);
  return operation === 'DEL' || operation === 'PURGE';
};

export class Bucket {
  readonly stream: string;
  private readonly prefix: string;

  constructor(
    readonly name: string,
    readonly bus: Bus,
    private readonly publisher: AckedPublisher,
    readonly js: JetStreamClient,
    readonly jsm: JetStreamManager,
    private readonly hooks: BucketHooks,
  ) {
    this.stream = `KV_${name}`;
    this.prefix = `$KV.${name}.`;
  }

  /** The key of a message in the bucket's stream. */
  keyOf(subject: string): string {
    return subject.slice(this.prefix.length);
  }

  /**
   * Makes the bucket when it is missing; harmless when several do it at once.
   *
   * @param known what it was before: one that forgot (a cluster may lose what a stream held, not the stream) is made again, so
   *   that every replica sees that it is another
   */
  async make(replicas: number, known: BucketState | undefined): Promise<BucketState & { made: boolean }> {
    const before = await this.state();
    const forgot = before?.createdAt === known?.createdAt && (before?.lastRevision ?? 0) < (known?.lastRevision ?? 0);
    if (before && !forgot) return { ...before, made: false };
    if (before) await this.jsm.streams.delete(this.stream);
    // Reads go to the stream's leader (allow_direct off): a lagging copy must not decide who holds a lease.
    const options = { storage: StorageType.Memory, history: 1, replicas, allow_direct: false };
    await new Kvm(this.js).create(this.name, options);
    const after = await this.state();
    if (!after) throw new Error(`bucket ${this.name} is gone as soon as it was made`);
    return { ...after, made: true };
  }

  /** @returns null when there is no such bucket @throws when the store does not answer */
  async state(): Promise<BucketState | null> {
    try {
      const { created, state } = await this.jsm.streams.info(this.stream);
      return { createdAt: created, lastRevision: state.last_seq };
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return null;
      throw error;
    }
  }

  /**
   * Writes `value` (null: deletes) if the key's newest revision, marker or not, is `expected` (0: there is none).
   *
   * @returns the new revision; null when the key stands at another one: nothing was written
   * @throws NatterError `unavailable` when the store did not answer: it may have been written
   */
  async write(key: string, value: string | null, expected: number): Promise<number | null> {
    this.requireBus();
    const meta = headers();
    meta.set('Nats-Expected-Last-Subject-Sequence', String(expected));
    if (value === null) meta.set(operationHeader, 'DEL');
    const { seq, error } = await this.publisher
      .publish(this.prefix + key, value ?? noBytes, meta)
      .catch((cause: unknown) => {
        throw this.fault(cause);
      });
    if (error !== undefined && isOtherRevision(error.err_code)) return null;
    if (seq === undefined) throw this.fault(new Error(error?.description ?? 'an answer without a place'));
    if (value === null) this.hooks.onMarker(this, seq);
    return seq;
  }

  /** @returns the key's newest revision, null when there is none @throws NatterError `unavailable` */
  async read(key: string): Promise<Found | null> {
    this.requireBus();
    try {
      const stored = await this.jsm.streams.getMessage(this.stream, { last_by_subj: this.prefix + key });
      if (stored === null) return null;
      return { revision: stored.seq, value: isMarker(stored.header) ? null : stored.string() };
    } catch (error) {
      throw this.fault(error);
    }
  }

  /** Removes one revision without a trace, for markers nobody needs any more; one that is gone already is no error. */
  async erase(revision: number): Promise<void> {
    await this.jsm.streams.deleteMessage(this.stream, revision, false).catch((error: unknown) => {
      if (!(error instanceof JetStreamApiError)) throw error;
    });
  }

  /** While the bus is away the client would keep what we publish and send it later, when it is no longer true. */
  private requireBus(): void {
    if (!this.bus.isUp) throw new NatterError('unavailable', { retryAfterMs: 1_000 });
  }

  private fault(error: unknown): NatterError {
    this.hooks.onFault();
    return new NatterError('unavailable', { retryAfterMs: 500 }, { cause: error });
  }
}
