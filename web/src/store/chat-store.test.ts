import 'fake-indexeddb/auto';
import { ChatClient } from '@natter/client/chat-client';
import type { Rest } from '@natter/client/rest';
import { ManualClock } from '@natter/client/testing/manual-clock';
import { ModelServer, modelUser } from '@natter/client/testing/model-server';
import { NatterError } from '@natter/contracts/errors';
import type { MessageEvent } from '@natter/contracts/events';
import { describe, expect, it } from 'vitest';
import { Cache } from './cache.js';
import { ChatStore } from './chat-store.js';
import { openDatabase, outboxIn } from './database.js';

let databases = 0;

/** A browser with its database; `again` is the same one after a reload. */
async function browser(server: ModelServer, clock: ManualClock, user = `user ${++databases}`) {
  const database = (await openDatabase(user))!;
  const cache = new Cache(database, clock);
  const cached = await cache.load();
  const messagesOf = (room: string) =>
    (server.logs.get(room) ?? []).filter((event): event is MessageEvent => event.type === 'message');
  const rest = {
    messages: async (
      room: string,
      {
        before = Infinity,
        after,
        thread,
        limit = 50,
      }: { before?: number; after?: number; thread?: number; limit?: number },
    ) => {
      const chosen = messagesOf(room).filter((message) => thread === undefined || message.thread === thread);
      if (after !== undefined) {
        const newer = chosen.filter(({ seq }) => seq > after);
        return { items: newer.slice(0, limit), last_seq: server.logs.get(room)!.length, more: newer.length > limit };
      }
      const older = chosen.filter(({ seq }) => seq < before);
      return { items: older.slice(-limit), last_seq: server.logs.get(room)!.length, more: older.length > limit };
    },
    members: async () => ({
      items: [{ user: { id: 'user-2' }, read: 0, delivered: 0, status: 'away' }],
      next: null,
    }),
    room: async (room: string) => server.view(room),
    leaveRoom: async () => {},
    ackNotifications: async () => {},
  } as unknown as Rest;
  let ids = 0;
  const client = new ChatClient({
    clock,
    random: () => 0.5,
    connect: server.connect,
    newId: () => `${user}-${++ids}-${clock.nowMs()}`,
    positions: Object.fromEntries(
      cached.flatMap(({ room }) => (room.position === undefined ? [] : [[room.id, room.position]])),
    ),
    outboxStore: outboxIn(database),
  });
  const chat = new ChatStore({ me: modelUser.id, client, rest, cached, clock, now: () => 1 + clock.nowMs() });
  cache.keep(chat, (room) => client.position(room));
  const live = async () => {
    client.connect();
    await database.count('outbox'); // the store has been read by then
    await idle();
    await clock.advance(50);
    await idle();
    await clock.advance(50);
  };
  const again = async () => {
    await clock.advance(100);
    await cache.flush();
    await client.saved();
    client.close();
    database.close();
    return browser(server, clock, user);
  };
  const bodies = (room = 'room-1') =>
    chat.state.logs.get(room)?.items.map((item) => (item.type === 'message' ? item.body : item.type));
  return { chat, client, rest, cached, live, again, bodies };
}

/** IndexedDB answers in tasks of its own, however the clock stands. */
const idle = () => new Promise((resolve) => setTimeout(resolve, 20));

function setUp() {
  const clock = new ManualClock();
  return { clock, server: new ModelServer({ clock, rooms: ['room-1', 'room-2'] }) };
}

describe('ChatStore', () => {
  it('loads a room when it is opened, and goes on live without a hole', async () => {
    const { clock, server } = setUp();
    for (let n = 1; n <= 60; n++) server.append('room-1', `m${n}`);
    const { chat, live, bodies } = await browser(server, clock);
    await live();
    chat.open('room-1');
    server.append('room-1', 'meanwhile');
    await clock.advance(10);
    expect(bodies()?.slice(-2)).toEqual(['m60', 'meanwhile']);
    await chat.pages.older('room-1');
    expect(bodies()).toHaveLength(61);
    expect(chat.state.logs.get('room-1')?.hasOlder).toBe(false);
  });

  it('loads the open room as soon as there is a connection', async () => {
    const { clock, server } = setUp();
    server.append('room-1', 'hello');
    const { chat, live, bodies } = await browser(server, clock);
    chat.open('room-1');
    await live();
    expect(bodies()).toEqual(['hello']);
  });

  it('counts unread messages of others, once, and forgets them when read', async () => {
    const { clock, server } = setUp();
    const { chat, live } = await browser(server, clock);
    await live();
    const unread = () => chat.state.rooms.get('room-2')?.unread;
    server.append('room-2', 'one');
    server.append('room-2', 'mine', modelUser);
    server.append('room-2', 'two');
    await clock.advance(10);
    expect(unread()).toBe(2);
    server.tell(server.socket, { type: 'receipt', room: 'room-2', user: modelUser.id, delivered: 3, read: 3 });
    await clock.advance(10);
    expect(unread()).toBe(0);
  });

  it('knows who is there by the list of members and by what is told after it, until it has to ask again', async () => {
    const { clock, server } = setUp();
    const { chat, live } = await browser(server, clock);
    await live();
    const there = () => chat.state.presence.get('user-2');
    expect(there()).toBeUndefined();
    chat.open('room-1');
    await clock.advance(10);
    expect(there()).toBe('away');
    server.tell(server.socket, { type: 'presence', user: 'user-2', status: 'online', last_seen: 'now' });
    await clock.advance(10);
    expect(there()).toBe('online');
    server.socket.ends();
    await clock.advance(1_000);
    expect(there()).toBe('away');
  });

  it('shows who writes, but not oneself, until the message comes', async () => {
    const { clock, server } = setUp();
    const { chat, live } = await browser(server, clock);
    await live();
    for (const user of ['user-2', 'user-3', modelUser.id])
      server.tell(server.socket, { type: 'typing', room: 'room-1', user, on: true });
    await clock.advance(10);
    expect(chat.state.typing.get('room-1')).toEqual(['user-2', 'user-3']);
    server.append('room-1', 'done');
    await clock.advance(10);
    expect(chat.state.typing.get('room-1')).toEqual(['user-3']);
    await clock.advance(6_000);
    expect(chat.state.typing.size).toBe(0);
  });

  it('says once in a while that one writes, and that one has ceased', async () => {
    const { clock, server } = setUp();
    const { chat, live } = await browser(server, clock);
    await live();
    for (let key = 0; key < 10; key++) chat.typing('room-1', true);
    chat.typing('room-1', false);
    await clock.advance(10);
    const said = server.socket.sent.flatMap((frame) => (frame.type === 'typing' ? [frame.on] : []));
    expect(said).toEqual([true, false]);
  });

  it('shows one’s own message at once, and then only once', async () => {
    const { clock, server } = setUp();
    const { chat, live, bodies } = await browser(server, clock);
    await live();
    chat.open('room-1');
    await clock.advance(10);
    chat.outgoing.send('room-1', 'hi');
    expect(chat.state.pending).toMatchObject([{ body: 'hi', state: 'sending' }]);
    await clock.advance(10);
    expect(chat.state.pending).toEqual([]);
    expect(bodies()).toEqual(['hi']);
  });

  it('shows a refused message with its reason, to be tried again or given up', async () => {
    const clock = new ManualClock();
    const refuse = { now: true };
    const server = new ModelServer({ clock, treat: () => (refuse.now ? 'not_member' : 'stores') });
    const { chat, live, bodies } = await browser(server, clock);
    await live();
    chat.open('room-1');
    chat.outgoing.send('room-1', 'hi');
    await clock.advance(10);
    expect(chat.state.pending).toMatchObject([{ state: 'refused', reason: expect.stringContaining('Join') }]);
    refuse.now = false;
    chat.outgoing.retry(chat.state.pending[0]!.id);
    await clock.advance(10);
    expect([bodies(), chat.state.pending]).toEqual([['hi'], []]);
  });

  it('shows a change of one’s own until the log has it, and then only what the log says', async () => {
    const { clock, server } = setUp();
    server.append('room-1', 'hello', modelUser);
    const { chat, live, bodies } = await browser(server, clock);
    await live();
    chat.open('room-1');
    await clock.advance(10);
    chat.outgoing.edit('room-1', 1, 'hello there');
    chat.outgoing.react('room-1', 1, '👍', 'add');
    expect(chat.state.changes).toMatchObject([
      { type: 'edit', target: 1, body: 'hello there', state: 'sending' },
      { type: 'react', state: 'queued' },
    ]);
    expect(bodies()).toEqual(['hello']);
    await clock.advance(20);
    expect(chat.state.changes).toEqual([]);
    expect(chat.state.logs.get('room-1')?.items).toMatchObject([
      { body: 'hello there', reactions: { '👍': [modelUser.id] } },
    ]);
  });

  it('keeps a refused edit with its reason, and lets go of a refused click with a word', async () => {
    const clock = new ManualClock();
    const refuse = { now: true };
    const server = new ModelServer({ clock, treat: () => (refuse.now ? 'not_member' : 'stores') });
    server.append('room-1', 'hello', modelUser);
    const { chat, client, live, bodies } = await browser(server, clock);
    await live();
    chat.open('room-1');
    chat.outgoing.edit('room-1', 1, 'hello there');
    chat.outgoing.delete('room-1', 1);
    await clock.advance(20);
    expect(chat.state.changes).toMatchObject([
      { type: 'edit', state: 'refused', reason: expect.stringContaining('Join') },
    ]);
    expect(chat.state.notices).toMatchObject([{ text: expect.stringContaining('Join') }]);
    expect(client.pending).toMatchObject([{ type: 'edit' }]);
    refuse.now = false;
    chat.outgoing.retry(chat.state.changes[0]!.id);
    await clock.advance(20);
    expect([bodies(), chat.state.changes]).toEqual([['hello there'], []]);
  });

  it('keeps a change that waits over a reload, and lets go of an edit of what is gone', async () => {
    const { clock, server } = setUp();
    server.append('room-1', 'hello', modelUser);
    const before = await browser(server, clock);
    await before.live();
    before.chat.open('room-1');
    await clock.advance(50);
    server.socket.ends();
    before.chat.outgoing.edit('room-1', 1, 'written offline');
    const after = await before.again();
    await after.live();
    expect([after.bodies(), after.chat.state.changes, after.client.pending]).toEqual([['written offline'], [], []]);
  });

  it('opens a thread with what is held, fetches the rest, and follows it', async () => {
    const { clock, server } = setUp();
    server.append('room-1', 'root');
    for (let n = 1; n <= 60; n++) server.append('room-1', `answer ${n}`, undefined, undefined, { thread: 1 });
    const { chat, live } = await browser(server, clock);
    await live();
    chat.open('room-1');
    await clock.advance(10);
    const thread = () => chat.state.thread;
    chat.thread.open('room-1', 1);
    expect(thread()).toMatchObject({ head: undefined, log: { status: 'loading' } });
    server.append('room-1', 'meanwhile', undefined, undefined, { thread: 1 });
    server.append('room-1', 'elsewhere');
    await clock.advance(10);
    expect(thread()).toMatchObject({ head: { body: 'root', replies: { count: 61 } }, log: { status: 'ready' } });
    await chat.thread.older();
    expect(thread()?.log.items).toHaveLength(61);
    server.change('room-1', { type: 'edited', target: 1, body: 'the root', mentions: [] });
    server.change('room-1', { type: 'deleted', target: 62 });
    await clock.advance(10);
    expect(thread()).toMatchObject({ head: { body: 'the root' } });
    expect(thread()?.log.items.at(-1)).toMatchObject({ seq: 62, deleted: true });
    chat.close('room-1');
    expect(thread()).toBeUndefined();
  });

  it('asks for a thread again on the next connection, when it did not come on the last', async () => {
    const { clock, server } = setUp();
    server.append('room-1', 'root');
    server.append('room-1', 'answer', undefined, undefined, { thread: 1 });
    const { chat, live } = await browser(server, clock);
    chat.thread.open('room-1', 1);
    expect(chat.state.thread?.log.status).toBe('unloaded');
    await live();
    expect(chat.state.thread).toMatchObject({ head: { body: 'root' }, log: { items: [{ body: 'answer' }] } });
  });

  it('keeps nothing of a deleted message, not for those who hear the page either', async () => {
    const { clock, server } = setUp();
    const { chat, live } = await browser(server, clock);
    await live();
    chat.open('room-1');
    await clock.advance(10);
    server.append('room-1', 'a secret', undefined, 'an id');
    await clock.advance(10);
    expect(chat.state.heard).toBe('bob: a secret');
    server.change('room-1', { type: 'deleted', target: 1 });
    await clock.advance(10);
    expect(JSON.stringify([...chat.state.logs, chat.state.heard])).not.toContain('secret');
  });

  it('does not take what cannot be sent', async () => {
    const { clock, server } = setUp();
    const { chat, live } = await browser(server, clock);
    await live();
    expect(chat.outgoing.send('room-1', 'x'.repeat(8_001))).toBe(false);
    await clock.advance(10);
    expect(chat.state.notices).toMatchObject([{ text: expect.stringContaining('too long') }]);
  });

  it('keeps rooms, messages and unsent messages over a reload, and asks only for what is missing', async () => {
    const { clock, server } = setUp();
    server.append('room-1', 'one');
    const before = await browser(server, clock);
    await before.live();
    before.chat.open('room-1');
    await clock.advance(50);
    server.socket.ends();
    before.chat.outgoing.send('room-1', 'written offline');
    const after = await before.again();
    expect(after.bodies()).toEqual(['one']);
    expect(after.chat.state.rooms.get('room-1')?.title).toBe('room-1');
    server.append('room-1', 'two');
    await after.live();
    expect(server.socket.sent[0]).toMatchObject({ type: 'hello', rooms: { 'room-1': 1 } });
    expect(after.bodies()).toEqual(['one', 'two', 'written offline']);
    const last = await after.again();
    expect(last.client.pending).toEqual([]);
  });

  it('drops what it holds of a room after a reset', async () => {
    const { clock, server } = setUp();
    server.append('room-1', 'one');
    server.append('room-1', 'two');
    const { chat, live, bodies } = await browser(server, clock);
    await live();
    chat.open('room-1');
    await clock.advance(10);
    server.logs.set('room-1', [server.logs.get('room-1')![0]!]); // an old backup came back
    server.socket.ends();
    await clock.advance(5_000);
    expect(bodies()).toEqual(['one']);
  });

  it('says why a room is gone', async () => {
    const { clock, server } = setUp();
    const { chat, live } = await browser(server, clock);
    await live();
    server.tell(server.socket, { type: 'room_removed', room: 'room-2', reason: 'deleted' });
    await clock.advance(10);
    expect(chat.state.rooms.has('room-2')).toBe(false);
    expect(chat.state.notices).toMatchObject([{ text: 'room-2 was deleted.' }]);
  });

  it('says when a page of history did not come, and gets it when asked again', async () => {
    const { clock, server } = setUp();
    server.append('room-1', 'one');
    const { chat, rest, live, bodies } = await browser(server, clock);
    await live();
    const messages = rest.messages;
    rest.messages = () => Promise.reject(new NatterError('unavailable'));
    chat.open('room-1');
    await clock.advance(10);
    expect(chat.state.logs.get('room-1')?.status).toBe('failed');
    rest.messages = messages;
    await chat.pages.newest('room-1');
    expect(bodies()).toEqual(['one']);
  });
});
