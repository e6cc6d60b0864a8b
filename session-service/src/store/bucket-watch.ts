// Everything a bucket holds, then every change, in order. Any doubt (a hole, silence, a consumer that is gone) ends the
// watch: whoever opened it opens a new one and reads all anew, which is cheap beside an index that is wrong unnoticed.
import { AckPolicy, DeliverPolicy, type JsMsg } from '@nats-io/jetstream';
import { nanos, nuid } from '@nats-io/transport-node';
import { type Bucket, type Found, isMarker } from './bucket.js';

export interface Change extends Found {
  key: string;
}

export interface BucketWatch {
  /** Resolves when all that was there at the start has been handed over. Never rejects. */
  caughtUp: Promise<void>;
  stop: () => void;
}

const heartbeatMs = 2_000;
/** The server drops the consumer of a replica that died after this. */
const inactiveMs = 30_000;

/**
 * @param lastRevision the bucket's newest revision when the watch was asked for
 * @param onDoubt called once, with a word for the log, when the watch can no longer be relied on
 */
export async function watchBucket(
  bucket: Bucket,
  lastRevision: number,
  onChange: (change: Change) => void,
  onDoubt: (reason: string) => void,
): Promise<BucketWatch> {
  const name = `watch_${nuid.next()}`;
  const created = await bucket.jsm.consumers.add(bucket.stream, {
    name,
    deliver_subject: bucket.bus.newInbox(),
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.None,
    flow_control: true,
    idle_heartbeat: nanos(heartbeatMs),
    inactive_threshold: nanos(inactiveMs),
    mem_storage: true,
    num_replicas: 1,
  });
  let reached = () => {};
  const caughtUp = new Promise<void>((resolve) => {
    reached = resolve;
  });
  let ended = false;
  const doubt = (reason: string) => {
    if (!ended) onDoubt(reason);
    ended = true;
  };
  let delivered = 0;
  const take = (message: JsMsg) => {
    if (ended) return;
    const { deliverySequence, pending } = message.info;
    if (deliverySequence !== ++delivered) return doubt('hole');
    const value = isMarker(message.headers) ? null : message.string();
    onChange({
      key: bucket.keyOf(message.subject),
      value,
      revision: message.seq,
    });
    if (pending === 0 || message.seq >= lastRevision) reached();
  };
  const consumer = await bucket.js.consumers.getPushConsumer(bucket.stream, name);
  const messages = await consumer.consume({ callback: take });
  if (created.num_pending === 0) reached();
  void messages.closed().then(() => doubt('closed'));
  void (async () => {
    for await (const status of messages.status()) {
      // Silence after everything was sent: the last revisions may have been erased meanwhile.
      if (status.type === 'heartbeat') reached();
      else if (status.type === 'heartbeats_missed') doubt('silent');
      else if (status.type === 'consumer_deleted' || status.type === 'stream_not_found') doubt('gone');
    }
  })();
  const stop = () => {
    ended = true;
    messages.stop();
    consumer.delete().catch(() => undefined); // else the server drops it after inactiveMs
  };
  return { caughtUp, stop };
}
