// Delivery blocks from the room-service: answers to sends, and events for the rooms that are open here.
import { Inject, Injectable } from '@nestjs/common';
import { subjects } from '@natter/contracts/subjects';
import { decodeDelivery, type Delivery } from '@natter/service-kit/delivery';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { Appender } from './appender.js';
import type { Config } from './config.js';
import { frameBytes } from './framing.js';
import { Hints } from './hints.js';
import { Hub } from './hub.js';

@Injectable()
export class Deliveries {
  constructor(
    bus: Bus,
    private readonly hub: Hub,
    private readonly appender: Appender,
    private readonly hints: Hints,
    @Inject(LOGGER) logger: Logger,
    @Inject(CONFIG) config: Config,
  ) {
    bus.nc.subscribe(subjects.instanceDeliver(config.INSTANCE_ID), {
      callback: (error, message) => {
        if (error) return;
        try {
          this.take(decodeDelivery(message.data));
        } catch (err) {
          logger.error({ err }, 'delivery block not read');
        }
      },
    });
  }

  take({ acks, errors, events }: Delivery): void {
    for (const [ref, seq, ts, isDup] of acks) {
      const room = this.appender.acked(ref, seq, ts, isDup === true);
      // The event itself comes in this block, unless it is not known yet that the room is open here.
      if (room !== undefined) this.hub.feeds.get(room)?.noteHead(seq);
    }
    for (const [ref, code, retryAfterMs, detail] of errors) this.appender.failed(ref, code, retryAfterMs, detail);
    for (const event of events) {
      const { room, seq, bytes } = event;
      const feed = this.hub.feeds.get(room);
      if (feed === undefined) continue;
      if (seq === 0) this.hints.receipt(room, bytes);
      else if (seq > feed.seq) feed.offer(seq, frameBytes(bytes), event);
    }
  }
}
