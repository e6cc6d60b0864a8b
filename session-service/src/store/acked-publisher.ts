// Publishes to a stream and hears its acknowledgement: what `js.publish` does at a quarter of its cost, with one reply
// subscription, one map and one timer for all. A gateway that registers anew writes ten thousands of keys at once.
import type { MsgHdrs } from '@nats-io/transport-node';
import type { Bus } from '@natter/service-kit/nats';

/** What a stream answers: a place in it, or why not. */
export interface PublishAck {
  seq?: number;
  error?: { err_code: number; description: string };
}

interface Waiting {
  resolve: (ack: PublishAck) => void;
  reject: (error: Error) => void;
  untilMs: number;
}

const lookMs = 200;

export class AckedPublisher {
  private readonly inbox: string;
  /** In the order of publishing, so that the first is the first to run out. */
  private readonly waiting = new Map<string, Waiting>();
  private published = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly bus: Bus,
    private readonly timeoutMs: number,
  ) {
    this.inbox = bus.newInbox();
    bus.nc.subscribe(`${this.inbox}.*`, {
      callback: (error, message) => {
        const id = message.subject.slice(this.inbox.length + 1);
        const waiting = this.waiting.get(id);
        this.waiting.delete(id);
        if (error) waiting?.reject(error);
        else if (message.data.length === 0) waiting?.reject(new Error('no stream takes this subject'));
        else waiting?.resolve(message.json<PublishAck>());
      },
    });
  }

  /** @throws Error when no stream takes the subject, or none answers within the timeout: it may have been stored */
  publish(subject: string, data: string | Uint8Array, headers: MsgHdrs): Promise<PublishAck> {
    return new Promise((resolve, reject) => {
      const id = String(++this.published);
      this.bus.nc.publish(subject, data, { headers, reply: `${this.inbox}.${id}` });
      this.waiting.set(id, { resolve, reject, untilMs: performance.now() + this.timeoutMs });
      this.timer ??= setTimeout(() => this.expire(), lookMs);
    });
  }

  private expire(): void {
    this.timer = undefined;
    for (const [id, { reject, untilMs }] of this.waiting) {
      if (untilMs > performance.now()) break;
      this.waiting.delete(id);
      reject(new Error('the stream did not answer in time'));
    }
    if (this.waiting.size > 0) this.timer = setTimeout(() => this.expire(), lookMs);
  }
}
