import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MemberMove } from '@natter/contracts/messages';
import { frameBytes, frameRun } from './framing.js';
import { Hub } from './hub.js';
import type { LogReader, Page } from './log-reader.js';
import { type FakeClient, fakeClient, type FakeContext, fakeContext, FakeSocket } from './testing/fakes.js';

const room = 'room-1';

/** The room's log, and a way to read it that is late, fails now and then, and gives short pages. */
class ModelLog {
  readonly events: { bytes: Buffer; move?: MemberMove | undefined; about?: number }[] = [];
  reads = 0;
  sinceJoin = false;

  constructor(private readonly random: () => number) {}

  append(move?: MemberMove): number {
    const seq = this.events.length + 1;
    const padding = 'x'.repeat(Math.floor(this.random() * 2_000));
    this.events.push({ bytes: Buffer.from(JSON.stringify({ type: 'message', room, seq, text: 'x', padding })), move });
    return seq;
  }

  /** Deletes what stands at a seq: from now on the log shows no text there. */
  erase(target: number): number {
    const seq = this.events.length + 1;
    this.events[target - 1]!.bytes = Buffer.from(JSON.stringify({ type: 'message', room, seq: target }));
    this.events.push({ bytes: Buffer.from(JSON.stringify({ type: 'deleted', room, seq, target })), about: target });
    return seq;
  }

  get reader(): LogReader {
    const read = async (_: string, after: number): Promise<Page> => {
      this.reads++;
      const isBad = this.random() < 0.2;
      await new Promise((resolve) => setTimeout(resolve, this.random() * 40));
      if (isBad) throw new Error('log away');
      const events = this.events.slice(after, after + 1 + Math.floor(this.random() * 30));
      const lastSeq = this.events.length;
      await new Promise((resolve) => setTimeout(resolve, this.random() * 40));
      const moves = new Map(events.flatMap(({ move }, i) => (move ? [[after + 1 + i, move] as const] : [])));
      const changes = new Map(events.flatMap(({ about }, i) => (about ? [[after + 1 + i, about] as const] : [])));
      const run = frameRun(events.map(({ bytes }) => bytes));
      const { sinceJoin } = this;
      return { after, to: after + events.length, lastSeq, sinceJoin, bytes: run.bytes, ends: run.ends, moves, changes };
    };
    return { read } as unknown as LogReader;
  }
}

let context: FakeContext;
beforeEach(() => {
  vi.useFakeTimers();
  context = fakeContext();
});
afterEach(() => {
  context.slowReaders.onApplicationShutdown();
  vi.useRealTimers();
});

function stage(seed: number, writeMs = 0) {
  // A small generator of our own: fast-check shrinks the seed and the steps, the model follows.
  let state = seed;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  const log = new ModelLog(random);
  const hub = new Hub(log.reader, context.turn, context.metrics);
  hub.writeMs = writeMs;
  const erased = new Set<number>();
  const clients: { client: FakeClient; position: number; removedAt: number | undefined; erased: number[] }[] = [];
  const open = (position: number, kernelBytes = Infinity, joinedSeq = 0) => {
    const name = `user-${clients.length}`;
    const client = fakeClient(context, name, hub.userOf(name), new FakeSocket(kernelBytes));
    client.connection.stage = 'open';
    hub.add(client.connection);
    const end = log.events.length;
    hub.enter(client.connection, { id: room, last_seq: end, joined_seq: joinedSeq }, position)?.pump();
    clients.push({ client, position, removedAt: undefined, erased: [...erased] });
    return client;
  };
  const offer = (seq: number) => {
    const { bytes, move, about } = log.events[seq - 1]!;
    hub.feeds.get(room)?.offer(seq, frameBytes(bytes), { member: move, about });
  };
  const readAll = () => {
    for (const { client } of clients) if (client.socket.read(1e9)) client.connection.outbound.onDrain();
  };
  /** Everything runs and is reachable again, and everybody reads. */
  const heal = async () => {
    hub.feeds.get(room)?.noteHead(log.events.length);
    for (let i = 0; i < 400; i++) {
      readAll();
      await vi.advanceTimersByTimeAsync(100);
    }
    hub.onApplicationShutdown();
  };
  const erase = (target: number) => {
    erased.add(target);
    return log.erase(target);
  };
  return { log, hub, clients, open, offer, erase, heal, readAll };
}

const seqsOf = (client: FakeClient) => client.frames().flatMap(({ seq }) => (typeof seq === 'number' ? [seq] : []));
const range = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 8 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('open' as const),
      behind: fc.integer({ min: 0, max: 50 }),
      slow: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kick' as const), who: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('erase' as const), back: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again' as const), seq: fc.nat(200) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 120 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('read' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('beat' as const) }) },
);

describe('RoomFeed', () => {
  it('gives every socket every event once and in order, whatever is lost, doubled or late', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.constantFrom(0, 3), // with the second every room is large
        fc.array(step, { maxLength: 60 }),
        fc.array(fc.nat(9), { minLength: 1, maxLength: 50 }),
        async (seed, writeMs, steps, fates) => {
          const { log, hub, clients, open, offer, erase, heal, readAll } = stage(seed, writeMs);
          const late: number[] = [];
          let fate = 0;
          for (const one of steps) {
            if (one.kind === 'append' || one.kind === 'kick') {
              const staying = clients.filter(({ removedAt }) => removedAt === undefined);
              const kicked = one.kind === 'kick' ? staying[one.who % Math.max(1, staying.length)] : undefined;
              for (let i = 0; i < (one.kind === 'append' ? one.count : 1); i++) {
                const move = kicked && {
                  user: kicked.client.connection.user.id,
                  change: 'kicked' as const,
                  role: null,
                };
                const seq = log.append(move);
                if (kicked !== undefined) kicked.removedAt = seq;
                const what = fates[fate++ % fates.length]!;
                if (what < 5) offer(seq);
                if (what === 4) offer(seq);
                if (what >= 5 && what < 8) late.push(seq);
              }
            } else if (one.kind === 'erase') {
              const target = log.events.length - one.back;
              if (target < 1 || log.events[target - 1]!.move || log.events[target - 1]!.about) continue;
              const seq = erase(target);
              if (fates[fate++ % fates.length]! < 7) offer(seq);
              else late.push(seq);
            } else if (one.kind === 'open')
              open(Math.max(0, log.events.length - one.behind), one.slow ? 20_000 : Infinity);
            else if (one.kind === 'again' && late.length > 0) offer(late.splice(one.seq % late.length, 1)[0]!);
            else if (one.kind === 'wait') await vi.advanceTimersByTimeAsync(one.ms);
            else if (one.kind === 'read') readAll();
            else if (one.kind === 'beat') hub.feeds.get(room)?.noteHead(log.events.length);
          }
          await heal();
          for (const { client, position, removedAt, erased } of clients) {
            expect(client.closes).toEqual([]);
            expect(seqsOf(client)).toEqual(range(position + 1, removedAt ?? log.events.length));
            const removals = client.frames().filter(({ type }) => type === 'room_removed');
            expect(removals).toEqual(removedAt === undefined ? [] : [{ type: 'room_removed', room, reason: 'kicked' }]);
            if (removedAt !== undefined) expect(client.frames().at(-1)!['type']).toBe('room_removed');
            const shown = client.frames().filter(({ seq, text }) => text !== undefined && erased.includes(Number(seq)));
            expect(shown, 'texts that were deleted before the socket came').toEqual([]);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('hands the same buffer to all live sockets', async () => {
    const { log, open, offer } = stage(1);
    const clients = [open(0), open(0)];
    for (let i = 0; i < 3; i++) offer(log.append());
    await vi.advanceTimersByTimeAsync(0);
    expect(clients.map(({ socket }) => socket.writes.length)).toEqual([1, 1]);
    expect(clients[0]!.socket.writes[0]).toBe(clients[1]!.socket.writes[0]);
  });

  it('writes at once, then what came while the room rests with one write', async () => {
    const { log, open, offer } = stage(1, 1);
    const clients = [open(0), open(0)];
    const writes = () => clients.map(({ socket }) => socket.writes.length);
    for (let i = 0; i < 8; i++) {
      offer(log.append());
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(writes()).toEqual([1, 1]);
    await vi.advanceTimersByTimeAsync(10);
    expect(writes()).toEqual([2, 2]);
    expect(clients.map(seqsOf)).toEqual([range(1, 8), range(1, 8)]);
  });

  it('does not rest on what is more than a slow reader takes', async () => {
    const { log, open, offer } = stage(1, 10);
    const client = open(0);
    for (let i = 0; i < 400; i++) {
      offer(log.append());
      if (i % 4 === 0) await vi.advanceTimersByTimeAsync(1);
    }
    expect(client.socket.writes.length).toBeGreaterThan(5);
    expect(Math.max(...client.socket.writes.map(({ length }) => length))).toBeLessThan(75_000);
  });

  it('says where a socket stands when it has been given what is pending', async () => {
    const { log, hub, open, offer } = stage(1, 10);
    const client = open(0);
    for (let i = 0; i < 3; i++) {
      offer(log.append());
      await vi.advanceTimersByTimeAsync(1);
    }
    expect(seqsOf(client)).toEqual([1]);
    expect(hub.feeds.get(room)?.givenTo(client.connection)).toBe(1);
    expect(hub.feeds.get(room)?.positionOf(client.connection)).toBe(3);
    expect(hub.feeds.get(room)?.givenTo(client.connection)).toBe(3);
    await vi.advanceTimersByTimeAsync(1);
    expect(seqsOf(client)).toEqual([1, 2, 3]);
  });

  it('does not read the log while events come one after the other', async () => {
    const { log, open, offer } = stage(1);
    open(0);
    for (let i = 0; i < 100; i++) offer(log.append());
    await vi.advanceTimersByTimeAsync(1_000);
    expect(log.reads).toBe(0);
  });

  it('believes the log when somebody names a head that is not there', async () => {
    const { log, hub, open, offer } = stage(1);
    const client = open(0);
    offer(log.append());
    hub.feeds.get(room)!.noteHead(50);
    await vi.advanceTimersByTimeAsync(20_000);
    const { reads } = log;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(log.reads).toBe(reads);
    expect(seqsOf(client)).toEqual([1]);
  });

  it('lets a slow socket fall behind without keeping its events, and brings it back from the log', async () => {
    const { log, open, offer, heal } = stage(1);
    const slow = open(0, 0);
    const quick = open(0);
    for (let i = 0; i < 1_000; i++) {
      offer(log.append());
      if (i % 50 === 0) await vi.advanceTimersByTimeAsync(1);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(slow.connection.outbound.queuedBytes).toBeLessThan(600_000);
    expect(seqsOf(quick)).toEqual(range(1, 1_000));
    await heal();
    expect(seqsOf(slow)).toEqual(range(1, 1_000));
  });

  it('gives a slow reader who is removed all that was before the removal, what was pending included', async () => {
    const { log, open, offer, heal } = stage(1, 10);
    const slow = open(0, 0);
    open(0);
    // Its queue is all but full, and what is pending does not fit.
    for (let i = 0; slow.connection.outbound.queuedBytes < 215_000; i++) {
      offer(log.append());
      if (i % 10 === 0) await vi.advanceTimersByTimeAsync(60);
    }
    for (let i = 0; i < 60; i++) offer(log.append());
    const removal = log.append({ user: slow.connection.user.id, change: 'kicked', role: null });
    offer(removal);
    await heal();
    expect(seqsOf(slow)).toEqual(range(1, removal));
    expect(slow.frames().at(-1)).toMatchObject({ type: 'room_removed', reason: 'kicked' });
  });

  it('does not replay to a user what was said of them before they came', async () => {
    const { log, hub, open, heal } = stage(1);
    log.append();
    log.append({ user: 'user-0', change: 'kicked', role: null });
    log.append({ user: 'user-0', change: 'joined', role: 'member' });
    const client = open(0);
    await heal();
    expect(seqsOf(client)).toEqual([1, 2, 3]);
    expect(hub.users.get('user-0')?.rooms.has(room)).toBe(true);
  });

  it('stops replaying what was before their joining when the room ceases to show it', async () => {
    const { log, open, heal } = stage(1);
    for (let i = 0; i < 200; i++) log.append();
    const client = open(0, Infinity, 150);
    while (seqsOf(client).length === 0) await vi.advanceTimersByTimeAsync(1);
    log.sinceJoin = true;
    await heal();
    const before = seqsOf(client).filter((seq) => seq < 150);
    expect(before.length).toBeLessThan(60);
    expect(seqsOf(client)).toEqual([...before, ...range(150, 200)]);
  });

  it('tells everybody when the room is deleted', async () => {
    const { log, hub, open, offer } = stage(1);
    const client = open(0);
    offer(log.append());
    hub.deleted(room);
    await vi.advanceTimersByTimeAsync(0);
    expect(client.frames().map(({ type }) => type)).toEqual(['message', 'room_removed']);
    expect(hub.feeds.size).toBe(0);
  });
});

/** A log that answers when it is told to, with what it held at a moment of the test's choice. */
class SlowLog {
  readonly texts: string[] = [];
  private readonly targets = new Map<number, number>();
  readonly asked: { after: number; fresh: boolean; answer: (page: Page) => void }[] = [];
  readonly reader = {
    read: (_: string, after: number, fresh: boolean) =>
      new Promise<Page>((answer) => this.asked.push({ after, fresh, answer })),
  } as unknown as LogReader;

  say(text: string): number {
    return this.texts.push(text);
  }

  erase(target: number): number {
    this.texts[target - 1] = 'erased';
    const seq = this.texts.push(`erases ${target}`);
    this.targets.set(seq, target);
    return seq;
  }

  offer(hub: Hub, seq: number): void {
    const facts = { about: this.targets.get(seq) };
    hub.feeds.get(room)?.offer(seq, frameBytes(this.bytes(seq)), facts);
  }

  page(after: number): Page {
    const seqs = range(after + 1, this.texts.length);
    const { bytes, ends } = frameRun(seqs.map((seq) => this.bytes(seq)));
    const changes = new Map([...this.targets].filter(([seq]) => seq > after));
    const to = this.texts.length;
    return { after, to, lastSeq: to, sinceJoin: false, bytes, ends, moves: new Map(), changes };
  }

  private bytes(seq: number): Buffer {
    return Buffer.from(JSON.stringify({ type: 'message', room, seq, text: this.texts[seq - 1] }));
  }
}

describe('a text that was deleted', () => {
  const enter = (log: SlowLog, hub: Hub, position: number, kernelBytes = Infinity) => {
    const client = fakeClient(context, `user-${position}`, hub.userOf(`user-${position}`), new FakeSocket(kernelBytes));
    client.connection.stage = 'open';
    hub.add(client.connection);
    hub.enter(client.connection, { id: room, last_seq: log.texts.length, joined_seq: 0 }, position)?.pump();
    return client;
  };
  const turn = () => vi.advanceTimersByTimeAsync(0);
  const textsOf = (client: FakeClient) => client.frames().map(({ text }) => text);
  const begin = () => {
    const log = new SlowLog();
    return { log, hub: new Hub(log.reader, context.turn, context.metrics) };
  };

  it('is not replayed from what was kept while another socket reads', async () => {
    const { log, hub } = begin();
    log.say('one');
    enter(log, hub, 0); // asks for a page, and is kept waiting
    log.offer(hub, log.say('secret'));
    const seq = log.erase(2);
    const client = enter(log, hub, 1);
    await turn();
    expect(textsOf(client)).toEqual([]);
    log.asked.find(({ after }) => after === 1)!.answer(log.page(1));
    await turn();
    expect(textsOf(client)).toEqual(['erased', 'erases 2']);
    log.offer(hub, seq);
    await turn();
    expect(textsOf(client)).toHaveLength(2);
    hub.onApplicationShutdown();
  });

  it('is not taken from a page that was asked for before it was deleted', async () => {
    const { log, hub } = begin();
    log.say('secret');
    const before = log.page(0);
    log.erase(1);
    const client = enter(log, hub, 0);
    log.asked[0]!.answer(before);
    await turn();
    expect(textsOf(client)).toEqual([]);
    expect(log.asked[1]).toMatchObject({ after: 0, fresh: true });
    log.asked[1]!.answer(log.page(0));
    await turn();
    expect(textsOf(client)).toEqual(['erased', 'erases 1']);
    hub.onApplicationShutdown();
  });

  it('is not taken from a page that was overtaken by its deletion', async () => {
    const { log, hub } = begin();
    log.say('secret');
    const client = enter(log, hub, 0);
    const before = log.page(0);
    // The feed begins where the log ended: what comes next is live.
    log.offer(hub, log.erase(1));
    log.asked[0]!.answer(before);
    await turn();
    log.asked[1]!.answer(log.page(0));
    await turn();
    expect(textsOf(client)).toEqual(['erased', 'erases 1']);
    hub.onApplicationShutdown();
  });

  it('is not pushed to a slow reader who still had it to come', async () => {
    const { log, hub } = begin();
    for (let i = 0; i < 400; i++) log.say('x'.repeat(1_000));
    const target = log.say('secret');
    const client = enter(log, hub, 0, 0);
    log.asked[0]!.answer(log.page(0));
    await turn();
    log.offer(hub, log.erase(target));
    for (let i = 0; i < 20; i++) {
      if (client.socket.read(1e9)) client.connection.outbound.onDrain();
      await turn();
      const next = log.asked[1];
      if (next !== undefined) next.answer(log.page(next.after));
    }
    expect(textsOf(client)).not.toContain('secret');
    expect(seqsOf(client)).toEqual(range(1, target + 1));
    hub.onApplicationShutdown();
  });
});
