// Closed loop: every sender keeps so many sends in flight, and sends the next when one is acknowledged.
import { ageOf, type Member, stampedBody } from './member.js';
import { Tally } from './tally.js';

export interface SaturateOptions {
  members: readonly Member[];
  /** Those of them that send. */
  senders: readonly Member[];
  inflight: number;
  bodyChars: number;
}

/** One delivery in so many is looked at for its age: reading all would make the generator the limit. */
const sampleEvery = 61;
const refusedMs = 50;

/** Starts at once; goes on until `stop`. */
export class Saturation {
  readonly tally = new Tally();
  private isOver = false;

  constructor({ members, senders, inflight, bodyChars }: SaturateOptions) {
    const { tally } = this;
    let seen = 0;
    for (const member of members)
      member.onDelivery = (chunk, start, end) => {
        tally.delivered++;
        if (++seen % sampleEvery !== 0) return;
        const age = ageOf(chunk, start, end);
        if (age !== undefined) tally.deliveryMs.push(age);
      };
    for (const sender of senders) {
      const sentAt: number[] = [];
      const send = (): void => {
        if (this.isOver) return;
        sentAt.push(performance.now());
        sender.send(stampedBody(bodyChars));
      };
      sender.onAck = () => {
        tally.acked++;
        tally.ackMs.push(performance.now() - (sentAt.shift() ?? 0));
        send();
      };
      sender.onRefusal = () => {
        tally.refused++;
        sentAt.shift();
        setTimeout(send, refusedMs);
      };
      for (let n = 0; n < inflight; n++) send();
    }
  }

  stop(): void {
    this.isOver = true;
  }
}
