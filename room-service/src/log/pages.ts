// Pages of a room's log for ws-gateways, as delivery blocks: what they replay, and how they repair holes.
import { isRoomId } from '@natter/contracts/ids';
import type { PageRequest } from '@natter/contracts/messages';
import { encodeDelivery, type EventBytes } from '@natter/service-kit/delivery';
import type { LogRepository } from './log.repository.js';
import { eventBytes } from './payload.js';

/** Events of one page at most, whatever is asked. */
const maxEvents = 500;
/** A page ends before it would be larger, so that it fits into one NATS message; `lastSeq` tells that there is more. */
const maxPageBytes = 900_000;

export class Pages {
  constructor(private readonly log: Pick<LogRepository, 'page'>) {}

  /**
   * Events with seq in (after, after + limit], ascending and without holes; fewer when they are large.
   *
   * @returns a delivery block; its `lastSeq` is the room's, or null when there is no such room; `sinceJoin` as the room is now
   * @throws the database's error
   */
  async read({ room, after, limit }: PageRequest): Promise<Buffer> {
    const page = isRoomId(room) ? await this.log.page(room, after, Math.min(limit, maxEvents)) : undefined;
    if (page === undefined) return encodeDelivery({ acks: [], errors: [], events: [], lastSeq: null });
    const events: EventBytes[] = [];
    let bytes = 0;
    for (const event of page.events) {
      const made = eventBytes(event);
      bytes += made.bytes.length + made.room.length * 2;
      if (bytes > maxPageBytes && events.length > 0) break;
      events.push(made);
    }
    const { lastSeq, history } = page;
    return encodeDelivery({
      acks: [],
      errors: [],
      events,
      lastSeq,
      ...(history === 'since_join' && { sinceJoin: true }),
    });
  }
}
