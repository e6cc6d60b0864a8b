import type { EventBytes } from '@natter/service-kit/delivery';
import { encodeDelivery } from '@natter/service-kit/delivery';
import { describe, expect, it } from 'vitest';
import { recordingBus } from '../testing/replica.js';
import { silent } from '../testing/rooms-database.js';
import { Router } from './router.js';

const interest: Record<string, string[]> = { a: ['ws-1', 'ws-2'], b: ['ws-2'] };

function routing() {
  const { sent, bus } = recordingBus();
  const heads: [string, number][] = [];
  const beat = { head: (room: string, seq: number) => void heads.push([room, seq]) };
  const router = new Router(
    bus,
    { instancesOf: (room) => interest[room] ?? [] },
    beat,
    { routed: () => undefined },
    silent,
  );
  return { sent, heads, bus, router };
}

const event = (room: string, seq: number, size = 10): EventBytes => ({ room, seq, bytes: Buffer.alloc(size, 'x') });

describe('routing', () => {
  it('sends each instance one block of a commit, with its answers and the events of its rooms', () => {
    const { sent, heads, router } = routing();
    const round = router.round();
    round.answer('ws-1', 1, { seq: 5, ts: 't', dup: false });
    round.answer('ws-1', 2, { seq: 4, ts: 't', dup: true });
    round.answer('ws-3', 3, { code: 'unavailable', retryAfterMs: 1_000 });
    round.answer('ws-3', 4, { code: 'not_found' });
    for (const [room, seq] of [
      ['a', 5],
      ['b', 9],
      ['a', 6],
    ] as const)
      round.event(event(room, seq));
    round.send();
    const blocks = new Map(sent.map((block) => [block.subject.split('.')[2], block]));
    expect(sent).toHaveLength(3);
    const seen = (name: string) => blocks.get(name)?.events.map(({ room, seq }) => room + seq);
    expect(seen('ws-1')).toEqual(['a5', 'a6']);
    expect(seen('ws-2')).toEqual(['a5', 'b9', 'a6']);
    expect(blocks.get('ws-1')?.acks).toEqual([
      [1, 5, 't'],
      [2, 4, 't', true],
    ]);
    expect(blocks.get('ws-3')).toMatchObject({
      errors: [
        [3, 'unavailable', 1_000],
        [4, 'not_found'],
      ],
      events: [],
    });
    expect(heads).toEqual([
      ['a', 5],
      ['b', 9],
      ['a', 6],
    ]);
  });

  it('brings an event to where it came from, heard of or not, and only once', () => {
    const { sent, router } = routing();
    const round = router.round();
    round.event(event('a', 1), 'ws-1');
    round.event(event('nobody', 1), 'ws-9');
    round.send();
    const told = sent.flatMap(({ subject, events }) => events.map(({ room }) => `${subject.split('.')[2]} ${room}`));
    expect(told.toSorted()).toEqual(['ws-1 a', 'ws-2 a', 'ws-9 nobody']);
  });

  it('keeps fleeting events out of the beats', () => {
    const { heads, router } = routing();
    router.round().event(event('a', 0));
    expect(heads).toEqual([]);
  });

  it('splits a block before it exceeds what a NATS message may hold, in order', () => {
    const { sent, router } = routing();
    const round = router.round();
    round.answer('ws-2', 1, { seq: 1, ts: 't', dup: false });
    for (let seq = 1; seq <= 60; seq++) round.event(event('b', seq, 48_000));
    round.send();
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual(
      Array.from({ length: 60 }, (_, i) => i + 1),
    );
    expect(sent.map(({ acks }) => acks.length)).toEqual([1, ...sent.slice(1).map(() => 0)]);
    for (const block of sent) expect(encodeDelivery(block).length).toBeLessThan(1_048_576);
  });

  it('says nothing while the bus is away', () => {
    const { sent, bus, router } = routing();
    (bus as { isUp: boolean }).isUp = false;
    const round = router.round();
    round.event(event('a', 1));
    round.send();
    expect(sent).toEqual([]);
  });
});
