// Delivery blocks: what the room-service sends to ws-gateways, made so that event bytes pass through untouched.
import type { DeliveryHeader } from '@natter/contracts/messages';

/** One event as it travels: its JSON, and what a gateway must know without parsing it. */
export interface EventBytes {
  room: string;
  /** 0 for a fleeting event. */
  seq: number;
  bytes: Buffer;
  member?: NonNullable<DeliveryHeader['events'][number][3]>;
  /** The seq of the message that it changes. */
  about?: number;
}

export interface Delivery {
  acks: DeliveryHeader['acks'];
  errors: DeliveryHeader['errors'];
  events: EventBytes[];
  lastSeq?: number | null;
  sinceJoin?: true;
}

export function encodeDelivery(delivery: Delivery): Buffer {
  const header: DeliveryHeader = {
    acks: delivery.acks,
    errors: delivery.errors,
    events: delivery.events.map(({ room, seq, bytes, member, about }) => {
      if (about !== undefined) return [room, seq, bytes.length, null, about];
      return member === undefined ? [room, seq, bytes.length] : [room, seq, bytes.length, member];
    }),
  };
  if (delivery.lastSeq !== undefined) header.lastSeq = delivery.lastSeq;
  if (delivery.sinceJoin) header.sinceJoin = true;
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, ...delivery.events.map((event) => event.bytes)]);
}

/**
 * Events are slices of `block`: whoever keeps one long should copy it.
 * @throws RangeError or SyntaxError when the block is none of ours
 */
export function decodeDelivery(block: Uint8Array): Delivery {
  const buffer = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  let offset = 4 + buffer.readUInt32BE(0);
  const header = JSON.parse(buffer.toString('utf8', 4, offset)) as DeliveryHeader;
  const events = header.events.map(([room, seq, length, member, about]): EventBytes => {
    const bytes = buffer.subarray(offset, (offset += length));
    if (about !== undefined) return { room, seq, bytes, about };
    return member == null ? { room, seq, bytes } : { room, seq, bytes, member };
  });
  if (offset !== buffer.length) throw new RangeError('delivery block of the wrong length');
  const delivery: Delivery = { acks: header.acks, errors: header.errors, events };
  if (header.lastSeq !== undefined) delivery.lastSeq = header.lastSeq;
  if (header.sinceJoin) delivery.sinceJoin = true;
  return delivery;
}
