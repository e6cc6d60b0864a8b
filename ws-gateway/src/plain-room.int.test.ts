import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestClient, until } from './testing/client.js';
import { openStage, type Stage } from './testing/stage.js';

let stage: Stage;
let url: string;

beforeAll(async () => {
  stage = await openStage();
  ({ url } = await stage.gateway());
});
afterAll(() => stage.stop());

const open = (room: string, user: string = randomUUID(), query = '') =>
  TestClient.open(`${url}/${room}${query}`, stage.services.token(user));

describe('the one-room socket', () => {
  it('joins a public room and carries plain text both ways, whatever it looks like', async () => {
    const room = stage.log.createRoom([]);
    const [alice, bob] = [randomUUID(), randomUUID()];
    const a = await open(room.id, alice);
    const b = await open(`chat/${room.id}`, bob);
    for (const text of ['hello', '{"type":"hello"}', ' ', '[1]']) a.send(text);
    await b.next('message', { body: '[1]' });
    const bodies = b.frames.filter(({ type }) => type === 'message').map(({ body }) => body);
    expect(bodies).toEqual(['hello', '{"type":"hello"}', ' ', '[1]']);
    await a.next('message', { body: '[1]' });
    expect(a.frames.map(({ type }) => type)).toEqual(['member', 'message', 'message', 'message', 'message']);
    expect(a.frames.at(-1)).toMatchObject({ sender: { id: alice } });
  });

  it('begins with the moment of connecting, or after a seq', async () => {
    const user = randomUUID();
    const room = stage.log.createRoom([user]);
    for (let i = 0; i < 5; i++) stage.log.say(room.id, `${i}`);
    const live = await open(room.id, user);
    const all = await open(room.id, user, '?after=0');
    const some = await open(room.id, user, '?after=4');
    stage.log.say(room.id, 'new');
    for (const client of [live, all, some]) await client.next('message', { body: 'new' });
    expect([live, all, some].map((client) => client.seqs(room.id).length)).toEqual([1, 7, 3]);
    expect(all.seqs(room.id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('shows a private room to its members only', async () => {
    const user = randomUUID();
    const room = stage.log.createRoom([user], { visibility: 'private' });
    await expect(open(room.id)).rejects.toMatchObject({ status: 404 });
    await expect(open(randomUUID())).rejects.toMatchObject({ status: 404 });
    await expect(open(room.id, user, '?after=x')).rejects.toMatchObject({ status: 400 });
    expect((await open(room.id, user)).closed).toBeUndefined();
  });

  it('takes a pong for the proof that events have come', async () => {
    const user = randomUUID();
    const room = stage.log.createRoom([user]);
    const client = await open(room.id, user);
    const seq = stage.log.say(room.id, 'hello');
    await client.next('message', { seq });
    await until('delivered', () => stage.services.cursors.get(`${user} ${room.id}`)?.delivered === seq);
  });

  it('is sent the log and no receipts', async () => {
    const [user, reader] = [randomUUID(), randomUUID()];
    const room = stage.log.createRoom([user, reader]);
    const plain = await open(room.id, user);
    const other = await stage.client(url, reader);
    await other.hello();
    await until('the other is told', () => {
      stage.log.tellFleeting(room.id, { type: 'receipt', room: room.id, user: reader, delivered: 1, read: 1 });
      return other.frames.some(({ type }) => type === 'receipt');
    });
    stage.log.say(room.id, 'after it');
    await plain.next('message', { body: 'after it' });
    expect(plain.frames.map(({ type }) => type)).toEqual(['message']);
  });

  it('is told of errors without an id', async () => {
    const client = await open(stage.log.createRoom([]).id);
    client.send('x'.repeat(8_001));
    expect(await client.next('error')).toEqual({
      type: 'error',
      code: 'too_long',
      message: 'the text is too long',
      outcome: 'refused',
    });
  });

  it('is closed with 4404 when the user is removed, or the room', async () => {
    const user = randomUUID();
    const [one, two] = [stage.log.createRoom([user]), stage.log.createRoom([user])];
    const removed = await open(one.id, user);
    const deleted = await open(two.id, user);
    stage.log.say(one.id, 'hello');
    await removed.next('message');
    const seq = stage.log.move(one.id, user, 'kicked');
    stage.log.say(one.id, 'after');
    expect(await removed.ended()).toMatchObject({ code: 4404 });
    expect(removed.seqs(one.id).at(-1)).toBe(seq);
    stage.log.say(two.id, 'hello');
    await deleted.next('message');
    stage.log.deleteRoom(two.id);
    expect(await deleted.ended()).toMatchObject({ code: 4404 });
    expect(deleted.frames.at(-1)).toMatchObject({ type: 'bye', code: 4404, reconnect: false });
  });

  it('joined by a user with another socket adds the room there', async () => {
    const chat = await stage.client(url);
    await chat.hello();
    const room = stage.log.createRoom([]);
    await open(room.id, chat.user);
    expect(await chat.next('room_added')).toMatchObject({ room: { id: room.id } });
  });
});
