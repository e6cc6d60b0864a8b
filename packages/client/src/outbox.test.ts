import type { NatterError } from '@natter/contracts/errors';
import type { StoringFrame } from '@natter/contracts/frames';
import { socketLimits } from '@natter/contracts/limits';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Outbox, type OutboxOptions } from './outbox.js';
import type { OutboxChange, OutboxEntry, OutboxStore } from './outbox-store.js';
import { ManualClock, settle } from './testing/manual-clock.js';

class MemoryStore implements OutboxStore {
  readonly entries = new Map<string, OutboxEntry>();
  load = async () => [...this.entries.values()].sort((a, b) => a.order - b.order).map((entry) => ({ ...entry }));
  put = async (entry: OutboxEntry) => void this.entries.set(entry.id, { ...entry });
  remove = async (id: string) => void this.entries.delete(id);
}

async function open(options: Partial<OutboxOptions> = {}) {
  const clock = new ManualClock();
  const sent: StoringFrame[] = [];
  const changes: OutboxChange[] = [];
  const outbox = new Outbox({
    clock,
    random: () => 0.5,
    transmit: (frame) => sent.push(frame) > 0,
    onChange: (change) => changes.push(change),
    ...options,
  });
  await outbox.load();
  const add = (id: string, room = 'r') => outbox.add({ type: 'send', id, room, body: `body ${id}` });
  const ack = (id: string, seq = 1) => outbox.stored({ id, room: 'r', seq, ts: 't' });
  const ids = () => sent.map((frame) => frame.id);
  return { clock, sent, changes, outbox, add, ack, ids };
}

const walls = { inflight: 64, send_per_s: 10, send_burst: 30 };

describe('Outbox', () => {
  it('resolves with the place in the log', async () => {
    const { outbox, add, ack } = await open();
    outbox.live(walls);
    const stored = add('a');
    ack('a', 7);
    expect(await stored).toEqual({ id: 'a', room: 'r', seq: 7, ts: 't' });
    expect(outbox.entries).toEqual([]);
  });

  it('sends again after a reconnect, with the same ids and in the same order', async () => {
    const { outbox, add, ids } = await open({ pipeline: 8 });
    for (const id of ['a', 'b', 'c']) void add(id);
    outbox.live(walls);
    outbox.lost();
    outbox.live(walls);
    expect(ids()).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('keeps edits, deletions and reactions in order with the sends of their room, and repeats them with the same ids', async () => {
    const { outbox, add, sent, ids, ack } = await open();
    outbox.live(walls);
    void add('a');
    void outbox.add({ type: 'edit', id: 'b', room: 'r', target: 7, body: 'better' });
    void outbox.add({ type: 'react', id: 'c', room: 'r', target: 7, emoji: '👍', op: 'add' });
    void outbox.add({ type: 'delete', id: 'd', room: 'r', target: 7 });
    expect(ids()).toEqual(['a']);
    ack('a');
    outbox.lost();
    outbox.live(walls);
    for (const id of ['b', 'c', 'd']) ack(id);
    expect(ids()).toEqual(['a', 'b', 'b', 'c', 'd']);
    expect(sent.slice(2)).toEqual([
      { type: 'edit', id: 'b', room: 'r', target: 7, body: 'better' },
      { type: 'react', id: 'c', room: 'r', target: 7, emoji: '👍', op: 'add' },
      { type: 'delete', id: 'd', room: 'r', target: 7 },
    ]);
  });

  it('holds what follows in a room while one is in doubt, and no other room', async () => {
    const { outbox, add, ids, clock } = await open();
    outbox.live(walls);
    void add('a');
    void add('b');
    void add('c', 'other');
    outbox.failed({
      type: 'error',
      id: 'a',
      code: 'unavailable',
      message: '',
      outcome: 'unknown',
      retry_after_ms: 500,
    });
    expect(ids()).toEqual(['a', 'c']);
    await clock.advance(1_000);
    expect(ids()).toEqual(['a', 'c', 'a']);
  });

  it('surfaces a refusal, keeps it, and sends it anew on retry', async () => {
    const store = new MemoryStore();
    const { outbox, add, ids, changes } = await open({ store });
    outbox.live(walls);
    const stored = add('a').catch((error: NatterError) => error.code);
    outbox.failed({ type: 'error', id: 'a', code: 'not_member', message: 'join first', outcome: 'refused' });
    expect(await stored).toBe('not_member');
    await outbox.saved();
    expect(store.entries.get('a')?.refusal).toEqual({ code: 'not_member', message: 'join first' });
    outbox.retry('a', 'a2');
    expect(ids()).toEqual(['a', 'a2']);
    expect(changes.map((change) => change.state)).toEqual([
      'queued',
      'sending',
      'refused',
      'discarded',
      'queued',
      'sending',
    ]);
  });

  it('keeps to the rate', async () => {
    const { outbox, clock, ids } = await open({ pipeline: 1_000 });
    outbox.live(walls);
    for (let n = 0; n < 60; n++)
      void outbox.add({ type: 'send', id: `m${n}`, room: `room ${n}`, body: 'x' }).catch(() => {});
    expect(ids()).toHaveLength(30);
    for (const id of ids()) outbox.stored({ id, room: 'r', seq: 1, ts: '' });
    await clock.advance(1_000);
    expect(ids()).toHaveLength(40);
  });

  it('keeps to the window', async () => {
    const { outbox, ids } = await open({ pipeline: 1_000 });
    outbox.live({ ...walls, inflight: 8 });
    for (let n = 0; n < 20; n++) void outbox.add({ type: 'send', id: `m${n}`, room: 'r', body: 'x' });
    expect(ids()).toHaveLength(4);
  });

  it('waits as told when it was too fast all the same', async () => {
    const { outbox, add, ids, clock } = await open();
    outbox.live(walls);
    void add('a');
    void add('b', 'other');
    outbox.failed({
      type: 'error',
      id: 'a',
      code: 'rate_limited',
      message: '',
      outcome: 'refused',
      retry_after_ms: 2_000,
    });
    void add('c', 'third');
    await clock.advance(1_900);
    expect(ids()).toEqual(['a', 'b']);
    await clock.advance(400);
    expect(ids()).toEqual(['a', 'b', 'a', 'c']);
  });

  it('asks for a new connection when an answer is overdue', async () => {
    let stalls = 0;
    const { outbox, add, clock } = await open({ onStall: () => (stalls += 1) });
    outbox.live(walls);
    void add('a');
    await clock.advance(10_000);
    expect(stalls).toBe(1);
  });

  it('finds the frame that the server hangs up on, and does not repeat it', async () => {
    const { outbox, add, ids, ack } = await open({ pipeline: 8 });
    outbox.live(walls);
    void add('a');
    const refused = add('b').catch((error: NatterError) => error.code);
    outbox.lost(true);
    outbox.live(walls);
    expect(ids()).toEqual(['a', 'b', 'a']); // one at a time now
    ack('a');
    outbox.lost(true);
    expect(await refused).toBe('too_large');
  });

  it('refuses more than it can hold', async () => {
    const { add } = await open({ maxEntries: 1 });
    void add('a');
    await expect(add('b')).rejects.toMatchObject({ code: 'too_many_inflight' });
  });

  it('takes up what an earlier run left, before anything new', async () => {
    const store = new MemoryStore();
    const first = await open({ store });
    void first.add('a');
    void first.add('b');
    await first.outbox.saved();
    const clock = new ManualClock();
    const sent: string[] = [];
    const outbox = new Outbox({ clock, store, pipeline: 9, transmit: (frame) => sent.push(frame.id) > 0 });
    outbox.live(walls);
    void outbox.add({ type: 'send', id: 'c', room: 'r', body: 'x' });
    await outbox.load();
    expect(sent).toEqual(['a', 'b', 'c']);
  });

  it('keeps order, loses and doubles nothing over random disconnects, errors and restarts', async () => {
    const fate = fc.constantFrom('stored', 'stored', 'stored', 'lost', 'cut_before', 'cut_after', 'unknown', 'limited');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { maxLength: 60 }),
        fc.array(fc.nat(2), { minLength: 1, maxLength: 25 }),
        async (fates, rooms) => {
          const clock = new ManualClock();
          const store = new MemoryStore();
          const log = new Map<string, string[]>();
          let step = 0;
          let isUp = true;
          let outbox: Outbox;
          const cut = () => {
            isUp = false;
            outbox.lost();
            clock.after(100, () => {
              isUp = true;
              outbox.live(walls);
            });
          };
          const receive = ({ id, room }: StoringFrame) => {
            if (!isUp) return;
            const fate = fates[step++] ?? 'stored';
            if (fate === 'cut_before') return cut();
            if (fate === 'lost') return; // the stall brings a new connection
            if (fate === 'unknown' || fate === 'limited') {
              const code = fate === 'unknown' ? 'timeout' : 'rate_limited';
              const outcome = fate === 'unknown' ? 'unknown' : 'refused';
              outbox.failed({ type: 'error', id, code, message: '', outcome, retry_after_ms: 20 });
              return;
            }
            const messages = log.get(room) ?? [];
            log.set(room, messages);
            if (!messages.includes(id)) messages.push(id);
            if (fate === 'cut_after') return cut();
            outbox.stored({ id, room, seq: messages.indexOf(id) + 1, ts: '' });
          };
          const start = () =>
            new Outbox({
              clock,
              store,
              onStall: cut,
              transmit: (frame) => {
                clock.after(5, () => receive(frame));
                return isUp;
              },
            });
          outbox = start();
          await outbox.load();
          outbox.live(walls);
          const half = Math.floor(rooms.length / 2);
          for (const [n, room] of rooms.slice(0, half).entries())
            void outbox.add({ type: 'send', id: `m${n}`, room: `r${room}`, body: '' });
          await clock.advance(30);
          await outbox.saved();
          outbox.lost();
          outbox = start(); // as after a reload
          await outbox.load();
          outbox.live(walls);
          for (const [n, room] of rooms.slice(half).entries())
            void outbox.add({ type: 'send', id: `m${half + n}`, room: `r${room}`, body: '' });
          for (let turn = 0; turn < 60 && outbox.entries.length > 0; turn++) await clock.advance(20_000);
          await settle();
          const expected = new Map<string, string[]>();
          for (const [n, room] of rooms.entries()) {
            expected.set(`r${room}`, [...(expected.get(`r${room}`) ?? []), `m${n}`]);
          }
          expect(Object.fromEntries(log)).toEqual(Object.fromEntries(expected));
          expect(store.entries.size).toBe(0);
        },
      ),
      { numRuns: 120 },
    );
  });
});

it('starts from the walls of the contract', () => {
  expect(socketLimits).toMatchObject(walls);
});
