// What becomes of messages: edits, deletions, reactions, threads and mentions, by socket and by REST, through crashes
// (P2, P6, P8, P9, P10).
import { randomUUID } from 'node:crypto';
import type { LogEvent, MessageEvent } from '@natter/contracts/events';
import type { AckFrame, ErrorFrame } from '@natter/contracts/frames';
import type { MessagePage, Stored } from '@natter/contracts/messages';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { Person } from './harness/person.js';
import type { RawSocket } from './harness/raw-socket.js';
import { useSystem } from './harness/use-system.js';
import { until } from './harness/wait.js';

const natter = await useSystem();
const [ann, ben, eve] = await Person.several(natter, ['ann', 'ben', 'eve']);
const room = await ann.createRoom();
await ben.join(room.id);
await eve.join(room.id);
const messages = `/api/rooms/${room.id}/messages`;

const post = async (person: Person, body: string, more: object = {}): Promise<number> => {
  const answer = await person.api.post<Stored>(messages, { body, ...more });
  expect(answer.status).toBe(201);
  return answer.body.seq;
};
/** The message, as history shows it. */
const at = async (seq: number, reader = ben): Promise<MessageEvent> => {
  const { body } = await reader.api.get<MessagePage>(`${messages}?after=${seq - 1}&limit=1`);
  expect(body.items[0]?.seq).toBe(seq);
  return body.items[0] as MessageEvent;
};
type Answer = AckFrame | ErrorFrame;
const ask = async (
  socket: RawSocket,
  frame: { type: string; id?: string } & Record<string, unknown>,
): Promise<Answer> => (await socket.ask({ id: randomUUID(), room: room.id, ...frame })) as Answer;
const seqOf = (answer: Answer): number => {
  expect(answer).toMatchObject({ type: 'ack', room: room.id });
  return answer.type === 'ack' ? answer.seq : 0;
};
/** All that somebody is told who comes now and has seen nothing. */
const replay = async (person: Person, after: number, door: 0 | 1 = 0): Promise<LogEvent[]> => {
  const socket = await person.connect(door, { [room.id]: after });
  const events = socket.events(room.id);
  socket.close();
  return events;
};

describe('an edit', () => {
  it('shows the newest text live, in history and in all that is replayed', async () => {
    const [writer, reader] = [await ann.connect(0), await ben.connect(1)];
    const target = await post(ann, 'first');
    const seqs: number[] = [];
    for (const body of ['second', 'third']) {
      const answer = await ask(writer, { type: 'edit', target, body });
      seqs.push(seqOf(answer));
      const heard = await reader.next('edited', (event) => event.seq === seqOf(answer));
      expect(heard).toMatchObject({
        target,
        body,
        by: { id: ann.id, username: ann.username },
        ts: 'ts' in answer && answer.ts,
      });
      expect(await at(target)).toMatchObject({ body, edited_at: heard.ts, deleted: false });
    }
    const patched = await ann.api.patch<MessageEvent>(`${messages}/${target}`, { body: 'fourth' });
    expect(patched).toMatchObject({ status: 200, body: { type: 'message', seq: target, body: 'fourth' } });
    const shown = (await replay(ben, target - 1)).filter((e) => e.seq === target || e.type === 'edited');
    expect(shown.map((event) => 'body' in event && event.body)).toEqual(Array(4).fill('fourth'));
    expect(shown.map(({ seq }) => seq)).toEqual([target, ...seqs, (seqs.at(-1) ?? 0) + 1]);
    writer.close();
    reader.close();
  });

  it('is for the sender only, of a message that is there, with a text', async () => {
    const [writer, other] = [await ann.connect(), await ben.connect()];
    const target = await post(ann, 'mine');
    const refused = async (socket: RawSocket, frame: object): Promise<string> => {
      const answer = await ask(socket, { type: 'edit', target, body: 'x', ...frame });
      expect(answer).toMatchObject({ type: 'error', outcome: 'refused' });
      return answer.type === 'error' ? answer.code : '';
    };
    expect(await refused(other, {})).toBe('forbidden');
    expect(await refused(writer, { target: 1 })).toBe('not_found');
    expect(await refused(writer, { target: 1_000_000 })).toBe('not_found');
    expect(await refused(writer, { body: '' })).toBe('empty');
    expect(await refused(writer, { body: 'x'.repeat(8_001) })).toBe('too_long');
    expect(await refused(writer, { room: randomUUID() })).toBe('not_found');
    expect((await ben.api.patch(`${messages}/${target}`, { body: 'x' })).status).toBe(403);
    expect((await at(target)).body).toBe('mine');
    writer.close();
    other.close();
  });
});

describe('a deletion', () => {
  it('leaves no text in any answer, and none in the database', async () => {
    const secret = `secret ${randomUUID()}`;
    const worse = `worse ${randomUUID()}`;
    const [writer, reader] = [await ann.connect(0), await ben.connect(1)];
    const id = randomUUID();
    const target = seqOf(await writer.say(room.id, secret, id));
    seqOf(await ask(writer, { type: 'edit', target, body: worse }));
    seqOf(await ask(reader, { type: 'react', target, emoji: '👀', op: 'add' }));
    const seq = seqOf(await ask(writer, { type: 'delete', target }));
    await reader.next('deleted', (event) => event.target === target);
    const texts: string[] = [];
    for (const door of [0, 1] as const) {
      const late = await eve.connect(door, { [room.id]: target - 1 });
      texts.push(...late.texts);
      const [message] = late.events(room.id);
      expect(message).toMatchObject({ seq: target, deleted: true, sender: { id: ann.id }, id });
      for (const key of ['body', 'files', 'meta']) expect(message).not.toHaveProperty(key);
      late.close();
    }
    for (const path of [
      'messages?limit=100',
      'events?limit=100',
      `messages?after=${target - 1}`,
      `events?after=${target - 1}`,
    ])
      texts.push((await ben.api.get(`/api/rooms/${room.id}/${path}`)).text);
    const rows = await natter.query<{ row: string }>(
      'natter_rooms',
      `SELECT log::text AS row FROM log WHERE room = $1`,
      [room.id],
    );
    texts.push(...rows.map(({ row }) => row));
    for (const text of texts) for (const word of [secret, worse]) expect(text).not.toContain(word);
    // What was asked before is still answered as then; what is asked now is gone.
    expect(await writer.say(room.id, secret, id)).toMatchObject({ type: 'ack', seq: target, dup: true });
    for (const frame of [
      { type: 'edit', target, body: 'x' },
      { type: 'delete', target },
      { type: 'react', target, emoji: '👀', op: 'add' },
    ])
      expect(await ask(writer, frame)).toMatchObject({ code: 'gone', outcome: 'refused' });
    expect((await ann.api.patch(`${messages}/${target}`, { body: 'x' })).status).toBe(410);
    expect((await ann.api.delete(`${messages}/${target}`)).status).toBe(410);
    expect((await at(target)).reactions).toEqual({});
    expect(seq).toBeGreaterThan(target);
    writer.close();
    reader.close();
  });

  it('is for the sender, the owner and admins', async () => {
    const [first, second, third] = [await post(ben, 'one'), await post(ben, 'two'), await post(ben, 'three')];
    expect((await eve.api.delete(`${messages}/${first}`)).status).toBe(403);
    expect((await ann.api.delete(`${messages}/${first}`)).status).toBe(204);
    expect((await ann.api.patch(`/api/rooms/${room.id}/members/${eve.id}`, { role: 'admin' })).status).toBe(200);
    expect((await eve.api.delete(`${messages}/${second}`)).status).toBe(204);
    expect((await ann.api.patch(`/api/rooms/${room.id}/members/${eve.id}`, { role: 'member' })).status).toBe(200);
    expect((await eve.api.delete(`${messages}/${third}`)).status).toBe(403);
    expect((await ben.api.delete(`${messages}/${third}`)).status).toBe(204);
    for (const seq of [first, second, third]) expect(await at(seq)).toMatchObject({ deleted: true });
  });
});

describe('a reaction', () => {
  it('stands until it is taken back, and repeated changes nothing', async () => {
    const [one, two] = [await ann.connect(0), await ben.connect(1)];
    const target = await post(ann, 'react to this');
    const react = (socket: RawSocket, op: string, emoji = '❤️') => ask(socket, { type: 'react', target, emoji, op });
    const added = await react(two, 'add');
    const heard = await one.next('reaction', (event) => event.seq === seqOf(added));
    expect(heard).toMatchObject({ target, emoji: '❤️', op: 'add', by: { id: ben.id } });
    expect(await react(two, 'add')).toMatchObject({ type: 'ack', seq: seqOf(added) });
    seqOf(await react(one, 'add'));
    seqOf(await react(one, 'add', '👨‍👩‍👧‍👦'));
    expect((await at(target)).reactions).toEqual({ '❤️': [ben.id, ann.id], '👨‍👩‍👧‍👦': [ann.id] });
    const removed = await react(two, 'remove');
    expect(await react(two, 'remove')).toMatchObject({ type: 'ack', seq: seqOf(removed) });
    expect((await replay(eve, target - 1)).find(({ seq }) => seq === target)).toMatchObject({
      reactions: { '❤️': [ann.id], '👨‍👩‍👧‍👦': [ann.id] },
    });
    for (const emoji of ['', 'yes', '👍👍', '<b>', 'x'.repeat(2_000)])
      expect(await react(one, 'add', emoji)).toMatchObject({ code: 'bad_request', outcome: 'refused' });
    one.close();
    two.close();
  });
});

describe('all four', () => {
  it('are safe to repeat by their id, at any gateway', async () => {
    const sockets = [await ann.connect(0), await ann.connect(1)] as const;
    const target = await post(ann, 'change me');
    const other = await post(ann, 'not me');
    const frames = [
      { type: 'edit', target, body: 'changed' },
      { type: 'react', target, emoji: '👍', op: 'add' },
      { type: 'react', target, emoji: '👍', op: 'remove' },
      { type: 'delete', target },
    ].map((frame) => ({ ...frame, id: randomUUID() }));
    for (const frame of frames) {
      const first = await ask(sockets[0], frame);
      expect(first).not.toHaveProperty('dup');
      for (const socket of sockets) expect(await ask(socket, frame)).toEqual({ ...first, dup: true });
      expect(await ask(sockets[1], { ...frame, target: other })).toMatchObject({
        code: 'id_conflict',
        outcome: 'refused',
      });
      expect(await sockets[1].say(room.id, 'something else', frame.id)).toMatchObject({ code: 'id_conflict' });
    }
    for (const socket of sockets) socket.close();
  });

  it('keep their order, whatever they are', async () => {
    const writer = await ann.connect();
    const target = await post(ann, 'a busy message');
    const frames = Array.from({ length: 40 }, (_, n) => {
      const kinds = [
        { type: 'send', body: `plain ${n}` },
        { type: 'edit', target, body: `edit ${n}` },
        { type: 'send', body: `to @${ben.username}` },
        { type: 'react', target, emoji: '👍', op: n % 8 < 4 ? 'add' : 'remove' },
      ] as const;
      return { ...(kinds[n % 4] ?? kinds[0]), id: randomUUID(), room: room.id };
    });
    for (const frame of frames) writer.send(frame);
    await writer.next('ack', ({ id }) => id === frames.at(-1)?.id);
    const acks = frames.map(({ id }) => writer.all('ack').find((ack) => ack.id === id));
    const seqs = acks.flatMap((ack) => (ack?.dup === undefined && ack ? [ack.seq] : []));
    expect(seqs).toHaveLength(40);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect((await at(target)).body).toBe('edit 37');
    writer.close();
  });
});

describe('a thread', () => {
  it('has one root, is counted, and can be read alone', async () => {
    const root = await post(ann, 'root');
    const first = await post(ben, 'first', { thread: root });
    const second = await post(eve, 'second', { thread: root, reply_to: first });
    expect((await at(root)).replies).toEqual({ count: 2, last_seq: second });
    const { body } = await ben.api.get<MessagePage>(`${messages}?thread=${root}`);
    expect(body.items.map(({ seq }) => seq)).toEqual([first, second]);
    expect(body.more).toBe(false);
    for (const wrong of [{ thread: first }, { thread: 1 }, { thread: 1_000_000 }, { reply_to: 1 }]) {
      const answer = await ann.api.post<{ code: string }>(messages, { body: 'x', ...wrong });
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
    const socket = await ann.connect();
    const refused = await ask(socket, { type: 'send', body: 'x', room: room.id, thread: first });
    expect(refused).toMatchObject({ code: 'not_found', message: expect.stringContaining('begin a thread') });
    socket.close();
    expect((await ann.api.delete(`${messages}/${root}`)).status).toBe(204);
    const third = await post(ann, 'third', { thread: root });
    expect(await at(root)).toMatchObject({ deleted: true, replies: { count: 3, last_seq: third } });
  });
});

describe('a mention', () => {
  it('names members, counts until it is read, and follows edits and deletions', async () => {
    const own = await ann.createRoom();
    await ben.join(own.id);
    const standing = async (): Promise<{ unread: number; mentions: number }> => {
      const socket = await ben.open();
      const ready = await socket.hello();
      socket.close();
      const { unread = -1, mentions = -1 } = ready.rooms.find(({ id }) => id === own.id) ?? {};
      return { unread, mentions };
    };
    const path = `/api/rooms/${own.id}/messages`;
    const say = async (body: string): Promise<number> => (await ann.api.post<Stored>(path, { body })).body.seq;
    const first = await say(`hello @${ben.username.toUpperCase()}, and @${eve.username}, who is not here`);
    const second = await say(`@${ben.username}: again`);
    await say('and more');
    const { body } = await ben.api.get<MessagePage>(path);
    expect(body.items.map(({ mentions }) => mentions)).toEqual([[ben.id], [ben.id], []]);
    expect(await standing()).toEqual({ unread: 3, mentions: 2 });
    await ann.api.patch(`${path}/${first}`, { body: 'hello nobody' });
    expect(await standing()).toEqual({ unread: 3, mentions: 1 });
    await ann.api.delete(`${path}/${second}`);
    expect(await standing()).toEqual({ unread: 2, mentions: 0 });
  });
});

describe('who came later, where the history begins with that', () => {
  it('can neither see nor touch what was before', async () => {
    const own = await ann.createRoom({ history: 'since_join' });
    const path = `/api/rooms/${own.id}/messages`;
    const old = (await ann.api.post<Stored>(path, { body: 'before' })).body.seq;
    await ben.join(own.id);
    const later = (await ann.api.post<Stored>(path, { body: 'after', thread: old })).body.seq;
    const socket = await ben.connect();
    for (const frame of [
      { type: 'react', target: old, emoji: '👍', op: 'add' },
      { type: 'delete', target: old },
      { type: 'send', body: 'x', reply_to: old },
      { type: 'send', body: 'x', thread: old },
    ])
      expect(await ask(socket, { ...frame, room: own.id })).toMatchObject({ code: 'not_found', outcome: 'refused' });
    const { body } = await ben.api.get<MessagePage>(`${path}?thread=${old}`);
    expect(body.items.map(({ seq }) => seq)).toEqual([later]);
    socket.close();
  });
});

describe('a crash', () => {
  it('between the commit of an edit and its answer does no harm: the repeat is told what stands', async () => {
    const target = await post(ann, 'before the crash');
    const writer = await ann.connect();
    const frame = { type: 'edit', id: randomUUID(), target, body: 'after the crash' };
    // The edit waits for a room that is locked while its room-service is killed; then PostgreSQL does it all the same.
    const lock = new Client({ connectionString: natter.stack.databaseUrls.natter_rooms });
    await lock.connect();
    await lock.query('BEGIN');
    await lock.query('SELECT 1 FROM heads WHERE room = $1 FOR UPDATE', [room.id]);
    const first = ask(writer, frame);
    await until('the edit waits', async () => {
      const waiting = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'room-service append' AND wait_event_type = 'Lock'`;
      return (await natter.query('natter_rooms', waiting)).length === 1;
    });
    const returned = natter.crash('room-1');
    await lock.query('COMMIT');
    await lock.end();
    await returned;
    let answer = await first;
    await until('the edit is acknowledged', async () => {
      if (answer.type === 'error') expect(answer.outcome).toBe('unknown');
      if (answer.type === 'error') answer = await ask(writer, frame);
      return answer.type === 'ack';
    });
    expect(answer).toMatchObject({ dup: true });
    expect((await at(target)).body).toBe('after the crash');
    expect((await replay(ben, target)).filter(({ type }) => type === 'edited')).toHaveLength(1);
    writer.close();
  });
});
