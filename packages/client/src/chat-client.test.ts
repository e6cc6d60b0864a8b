import type { NatterError } from '@natter/contracts/errors';
import type { LogEvent } from '@natter/contracts/events';
import type { ReceiptFrame, ServerFrame } from '@natter/contracts/frames';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChatClient, type ChatClientOptions } from './chat-client.js';
import { ManualClock } from './testing/manual-clock.js';
import { ModelServer, type ModelServerOptions, modelUser } from './testing/model-server.js';

function start(options: Partial<ChatClientOptions> = {}, serverOptions: Partial<ModelServerOptions> = {}) {
  const clock = new ManualClock();
  const server = new ModelServer({ clock, ...serverOptions });
  let ids = 0;
  const chat = new ChatClient({
    clock,
    random: () => 0.5,
    connect: server.connect,
    newId: () => `new-${++ids}`,
    ...options,
  });
  const events: LogEvent[] = [];
  chat.on('event', (event) => events.push(event));
  return { clock, server, chat, events };
}

describe('ChatClient', () => {
  it('sends and is told the place', async () => {
    const { clock, chat } = start();
    chat.connect();
    const ack = chat.send('room-1', 'hello');
    await clock.advance(20);
    expect(await ack).toMatchObject({ id: 'new-1', room: 'room-1', seq: 1 });
  });

  it('refuses at once what the server would refuse', async () => {
    const { chat } = start();
    await expect(chat.send('room-1', '')).rejects.toMatchObject({ code: 'empty' });
    await expect(chat.send('room-1', 'x'.repeat(8_001))).rejects.toMatchObject({ code: 'too_long' });
    await expect(chat.edit('room-1', 1, '')).rejects.toMatchObject({ code: 'empty' });
    await expect(chat.react('room-1', 1, 'yes')).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('edits, deletes and reacts, and is told the place of each', async () => {
    const { clock, server, chat, events } = start();
    const target = server.append('room-1', 'hello', modelUser).seq;
    chat.connect();
    await clock.advance(10);
    const acks = [
      chat.edit('room-1', target, 'hello there'),
      chat.react('room-1', target, '👍'),
      chat.react('room-1', target, '👍', 'remove'),
      chat.delete('room-1', target),
      chat.send('room-1', 'and on', { thread: target }),
    ];
    await clock.advance(50);
    expect((await Promise.all(acks)).map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6]);
    expect(events).toMatchObject([
      { type: 'edited', target, body: 'hello there' },
      { type: 'reaction', target, emoji: '👍', op: 'add' },
      { type: 'reaction', target, emoji: '👍', op: 'remove' },
      { type: 'deleted', target },
      { type: 'message', thread: target },
    ]);
  });

  it('says of a refused change why, keeps it, and asks again when told to', async () => {
    const refuse = { now: true };
    const { clock, server, chat } = start({}, { treat: () => (refuse.now ? 'forbidden' : 'stores') });
    server.append('room-1', 'hello');
    chat.connect();
    await clock.advance(10);
    const code = chat.edit('room-1', 1, 'hello there', 'edit-1').catch((error: NatterError) => error.code);
    await clock.advance(10);
    expect(await code).toBe('forbidden');
    expect(chat.pending).toMatchObject([{ type: 'edit', id: 'edit-1', target: 1, refusal: { code: 'forbidden' } }]);
    refuse.now = false;
    chat.retry('edit-1');
    await clock.advance(10);
    expect([chat.pending, server.logs.get('room-1')?.[1]]).toMatchObject([[], { type: 'edited', body: 'hello there' }]);
  });

  it('counts what is unread, and who names one', async () => {
    const { clock, server, chat } = start();
    chat.connect();
    await clock.advance(10);
    const counts = () => {
      const { last_seq, unread, mentions } = chat.rooms.get('room-1')!;
      return { last_seq, unread, mentions };
    };
    server.append('room-1', 'hello');
    server.append('room-1', 'hello @ada', undefined, undefined, { mentions: [modelUser.id] });
    server.append('room-1', 'mine', modelUser);
    await clock.advance(10);
    expect(counts()).toEqual({ last_seq: 3, unread: 2, mentions: 1 });
    server.tell(server.socket, { type: 'receipt', room: 'room-1', user: modelUser.id, delivered: 3, read: 3 });
    await clock.advance(10);
    expect(counts()).toEqual({ last_seq: 3, unread: 0, mentions: 0 });
  });

  it('receives what it missed while away', async () => {
    const { clock, server, chat, events } = start();
    chat.connect();
    await clock.advance(10);
    server.append('room-1', 'one');
    await clock.advance(10);
    server.socket.ends();
    server.append('room-1', 'two');
    await clock.advance(1_000);
    server.append('room-1', 'three');
    await clock.advance(10);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('says nothing of what came before it, unless given a position', async () => {
    const { clock, server, chat, events } = start({ positions: { 'room-1': 1 } });
    for (const body of ['a', 'b', 'c']) server.append('room-1', body);
    chat.connect();
    await clock.advance(10);
    expect(events.map(({ seq }) => seq)).toEqual([2, 3]);
  });

  it('confirms delivery at most once a second', async () => {
    const { clock, server, chat } = start();
    chat.connect();
    await clock.advance(10);
    for (let n = 1; n <= 5; n++) server.append('room-1', `m${n}`);
    await clock.advance(10);
    chat.read('room-1', 4);
    const receipts = () => server.socket.sent.filter((frame): frame is ReceiptFrame => frame.type === 'receipt');
    expect(receipts()).toEqual([{ type: 'receipt', room: 'room-1', delivered: 1 }]);
    await clock.advance(1_000);
    expect(receipts().slice(1)).toEqual([{ type: 'receipt', room: 'room-1', read: 4, delivered: 5 }]);
  });

  it('says that it is away on each connection, and tells who else comes, goes and types', async () => {
    const { clock, server, chat } = start();
    const told: string[] = [];
    chat.on('presence', ({ user, status }) => told.push(`${user} ${status}`));
    chat.on('typing', ({ user, on }) => told.push(`${user} ${on}`));
    chat.typing('room-1');
    chat.connect();
    await clock.advance(10);
    chat.setStatus('away');
    chat.setStatus('away');
    const said = () => server.socket.sent.filter(({ type }) => type === 'presence' || type === 'typing');
    expect(said()).toEqual([{ type: 'presence', status: 'away' }]);
    server.tell(server.socket, { type: 'presence', user: 'user-2', status: 'online', last_seen: 'now' });
    server.tell(server.socket, { type: 'typing', room: 'room-1', user: 'user-2', on: true });
    await clock.advance(10);
    expect(chat.presence.get('user-2')).toEqual({ user: 'user-2', status: 'online', last_seen: 'now' });
    expect(chat.typists('room-1')).toEqual(['user-2']);
    server.append('room-1', 'what was typed');
    await clock.advance(10);
    expect(told).toEqual(['user-2 online', 'user-2 true', 'user-2 false']);
    server.socket.ends();
    await clock.advance(1_000);
    expect(said()).toEqual([{ type: 'presence', status: 'away' }]);
    expect(chat.presence.size).toBe(0);
    chat.typing('room-1');
    chat.typing('room-1');
    void chat.send('room-1', 'hello');
    expect(said().slice(1)).toEqual([
      { type: 'typing', room: 'room-1', on: true },
      { type: 'typing', room: 'room-1', on: false },
    ]);
  });

  it('drops a room that it was removed from, and takes up a new one', async () => {
    const { clock, server, chat, events } = start();
    const removed: string[] = [];
    chat.on('room_removed', ({ room, reason }) => removed.push(`${room} ${reason}`));
    chat.connect();
    await clock.advance(10);
    const by = { ...modelUser, id: 'user-9' };
    const kicked = {
      type: 'member',
      room: 'room-1',
      seq: 1,
      ts: '',
      user: modelUser,
      change: 'kicked',
      role: null,
      by,
    };
    server.tell(server.socket, kicked as ServerFrame);
    server.tell(server.socket, { type: 'room_removed', room: 'room-1', reason: 'kicked' });
    await clock.advance(5);
    server.append('room-1', 'unheard');
    server.logs.set('room-2', []);
    server.tell(server.socket, { type: 'room_added', room: server.view('room-2') });
    server.append('room-2', 'heard');
    await clock.advance(5);
    expect(removed).toEqual(['room-1 kicked']);
    expect(events.map((event) => event.type)).toEqual(['member', 'message']);
    expect([...chat.rooms.keys()]).toEqual(['room-2']);
  });

  it('learns of a room that is gone', async () => {
    const { clock, chat } = start({ positions: { 'room-x': 5 } });
    const removed: string[] = [];
    chat.on('room_removed', ({ room, reason }) => removed.push(`${room} ${reason}`));
    chat.connect();
    await clock.advance(10);
    expect(removed).toEqual(['room-x gone']);
  });

  it('gives out 1…n once each, in order, over a network that loses and doubles frames and cuts', async () => {
    const fates = fc.array(fc.constantFrom('arrives', 'arrives', 'is_lost', 'comes_twice', 'cut'), { maxLength: 80 });
    await fc.assert(
      fc.asyncProperty(fates, fc.integer({ min: 1, max: 25 }), async (plan, count) => {
        let step = 0;
        const faulty: { cut?: () => void } = {};
        const { clock, server, chat, events } = start(
          {},
          {
            fate: (frame) => {
              if (!('seq' in frame) && frame.type !== 'synced') return 'arrives';
              const fate = plan[step++] ?? 'arrives';
              if (fate === 'cut') faulty.cut?.();
              return fate === 'cut' ? 'is_lost' : fate;
            },
          },
        );
        faulty.cut = () => server.socket.ends();
        chat.connect();
        await clock.advance(10);
        for (let n = 1; n <= count; n++) {
          server.append('room-1', `m${n}`);
          await clock.advance(n % 3);
        }
        await clock.advance(120_000);
        step = plan.length;
        server.append('room-1', 'last');
        await clock.advance(120_000);
        expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: count + 1 }, (_, n) => n + 1));
      }),
      { numRuns: 80 },
    );
  });

  it('has everything stored once and in order, whatever happens to connections', async () => {
    const treatments = fc.array(
      fc.constantFrom('stores', 'stores', 'breaks_before', 'breaks_after', 'unavailable', 'rate_limited'),
      { maxLength: 40 },
    );
    const asked = fc.array(fc.constantFrom('send', 'send', 'edit', 'react', 'delete'), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(treatments, asked, async (plan, kinds) => {
        let step = 0;
        const treat = () => (plan[step++] ?? 'stores') as 'stores';
        const { clock, server, chat } = start({}, { treat });
        server.append('room-1', 'the target', modelUser);
        chat.connect();
        const ask = {
          send: (n: number) => chat.send('room-1', `m${n}`),
          edit: (n: number) => chat.edit('room-1', 1, `m${n}`),
          react: (n: number) => chat.react('room-1', 1, '👍', n % 2 === 0 ? 'add' : 'remove'),
          delete: () => chat.delete('room-1', 1),
        };
        const acks = kinds.map((kind, n) => ask[kind](n));
        for (let turn = 0; turn < 100 && chat.pending.length > 0; turn++) await clock.advance(30_000);
        const stored = server.logs.get('room-1')!.slice(1);
        const types = { send: 'message', edit: 'edited', react: 'reaction', delete: 'deleted' };
        expect(stored.map(({ type }) => type)).toEqual(kinds.map((kind) => types[kind]));
        for (const [n, event] of stored.entries())
          if (event.type === 'message' || event.type === 'edited') expect(event.body).toBe(`m${n}`);
        expect((await Promise.all(acks)).map(({ seq }) => seq)).toEqual(stored.map(({ seq }) => seq));
      }),
      { numRuns: 80 },
    );
  });
});
