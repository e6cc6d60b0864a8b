// Committed events, as bytes, to the instances that hold members of their rooms: one delivery block per instance and commit,
// with its acks and its events together, however many rooms and members.
import type { DeliveryHeader } from '@natter/contracts/messages';
import { subjects } from '@natter/contracts/subjects';
import { type Delivery, encodeDelivery, type EventBytes } from '@natter/service-kit/delivery';
import type { Logger } from '@natter/service-kit/logger';
import type { Bus } from '@natter/service-kit/nats';
import type { AppendResult, Failed } from './outcomes.js';
import type { AppendMetrics } from './append-metrics.js';
import type { Beat } from './beat.js';
import type { Interest } from './interest.js';

/** A block stays below the smallest `max_payload` a nats-server comes with, 1 MiB. */
const maxBlockBytes = 1_000_000;
/** What one event takes in a header, at most, beside its room: seq, length, and whom it moves. */
const placeBytes = 200;

export class Router {
  constructor(
    private readonly bus: Pick<Bus, 'nc' | 'isUp'>,
    private readonly interest: Pick<Interest, 'instancesOf'>,
    private readonly beat: Pick<Beat, 'head'>,
    private readonly metrics: Pick<AppendMetrics, 'routed'>,
    private readonly logger: Logger,
  ) {}

  /** Begins what one commit has to say. */
  round(): Round {
    return new Round(this.interest, this.beat, (instance, delivery) => this.send(instance, delivery));
  }

  /** Blocks are hints: while the bus is away they are dropped, and gateways read the log when it is back. */
  private send(instance: string, delivery: Delivery): void {
    if (!this.bus.isUp) return;
    try {
      for (const part of split(delivery)) {
        this.bus.nc.publish(subjects.instanceDeliver(instance), encodeDelivery(part));
        this.metrics.routed();
      }
    } catch (err) {
      this.logger.error({ err, gateway: instance }, 'block not sent');
    }
  }
}

/** Gathers by instance; says nothing before `send`. */
export class Round {
  private readonly deliveries = new Map<string, Delivery>();

  constructor(
    private readonly interest: Pick<Interest, 'instancesOf'>,
    private readonly beat: Pick<Beat, 'head'>,
    private readonly deliver: (instance: string, delivery: Delivery) => void,
  ) {}

  /** How one send of an instance ended. */
  answer(instance: string, ref: number, result: AppendResult): void {
    const { acks, errors } = this.to(instance);
    if ('code' in result) errors.push(errorEntry(ref, result));
    else acks.push(result.dup ? [ref, result.seq, result.ts, true] : [ref, result.seq, result.ts]);
  }

  /** An event for all who hold its room, and for the instance it came from, of whose interest we may not have heard yet. */
  event(event: EventBytes, from?: string): void {
    if (event.seq > 0) this.beat.head(event.room, event.seq);
    let fromHeard = from === undefined;
    for (const instance of this.interest.instancesOf(event.room)) {
      this.to(instance).events.push(event);
      fromHeard ||= instance === from;
    }
    if (!fromHeard && from !== undefined) this.to(from).events.push(event);
  }

  /** One block for each instance that has anything to hear. */
  send(): void {
    for (const [instance, delivery] of this.deliveries) this.deliver(instance, delivery);
    this.deliveries.clear();
  }

  private to(instance: string): Delivery {
    let delivery = this.deliveries.get(instance);
    if (delivery === undefined) this.deliveries.set(instance, (delivery = { acks: [], errors: [], events: [] }));
    return delivery;
  }
}

function errorEntry(ref: number, { code, retryAfterMs, detail }: Failed): DeliveryHeader['errors'][number] {
  if (detail !== undefined) return [ref, code, retryAfterMs ?? null, detail];
  return retryAfterMs === undefined ? [ref, code] : [ref, code, retryAfterMs];
}

/** Parts that each fit into one NATS message; the answers go with the first. */
function* split(delivery: Delivery): Generator<Delivery> {
  let part: Delivery = { acks: delivery.acks, errors: delivery.errors, events: [] };
  let bytes = (delivery.acks.length + delivery.errors.length) * 64;
  for (const event of delivery.events) {
    const size = event.bytes.length + placeBytes;
    if (bytes + size > maxBlockBytes && part.events.length > 0) {
      yield part;
      part = { acks: [], errors: [], events: [] };
      bytes = 0;
    }
    part.events.push(event);
    bytes += size;
  }
  yield part;
}
