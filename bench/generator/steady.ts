// Open loop: so many messages a second, whether or not the last one was acknowledged. A system that falls behind shows it in its times.
import { ageOf, type Member, stampedBody } from './member.js';
import { Tally } from './tally.js';

export interface SteadyOptions {
  members: readonly Member[];
  senders: readonly Member[];
  perSecond: number;
  bodyChars: number;
}

export class SteadyFlow {
  readonly tally = new Tally();
  private readonly timer: NodeJS.Timeout;

  constructor({ members, senders, perSecond, bodyChars }: SteadyOptions) {
    const { tally } = this;
    for (const member of members)
      member.onDelivery = (chunk, start, end) => {
        tally.delivered++;
        const age = ageOf(chunk, start, end);
        if (age !== undefined) tally.deliveryMs.push(age);
      };
    for (const sender of senders) {
      sender.onAck = () => tally.acked++;
      sender.onRefusal = () => tally.refused++;
    }
    const beganMs = performance.now();
    let sent = 0;
    // A timer of 1 ms comes late under load: what is due by the clock is sent, so that the pace holds.
    this.timer = setInterval(() => {
      const due = Math.floor(((performance.now() - beganMs) * perSecond) / 1_000);
      for (; sent < due; sent++) senders[sent % senders.length]?.send(stampedBody(bodyChars));
    }, 1);
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
