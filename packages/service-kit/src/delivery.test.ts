import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeDelivery, encodeDelivery, type Delivery } from './delivery.js';

const event = fc.record({
  room: fc.uuid(),
  seq: fc.nat(),
  bytes: fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
});

describe('delivery blocks', () => {
  it('come out as they went in, event bytes untouched', () => {
    fc.assert(
      fc.property(fc.array(event), fc.array(fc.nat()), (events, refs) => {
        const delivery: Delivery = {
          acks: refs.map((ref) => [ref, ref + 1, '2026-01-01T00:00:00.000Z']),
          errors: [[7, 'not_member']],
          events,
        };
        expect(decodeDelivery(encodeDelivery(delivery))).toEqual(delivery);
      }),
    );
  });

  it('carry whom a member event moves, and the head of a page', () => {
    const member = { user: 'u', change: 'left', role: null } as const;
    const delivery: Delivery = {
      acks: [],
      errors: [],
      events: [{ room: 'r', seq: 1, bytes: Buffer.from('{}'), member }],
      lastSeq: null,
    };
    expect(decodeDelivery(encodeDelivery(delivery))).toEqual(delivery);
  });

  it('cut short are refused', () => {
    const block = encodeDelivery({
      acks: [],
      errors: [],
      events: [{ room: 'r', seq: 1, bytes: Buffer.from('{"a":1}') }],
    });
    for (let end = 0; end < block.length; end++) expect(() => decodeDelivery(block.subarray(0, end))).toThrow();
  });
});
