import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from '../testing/stage.js';
import { until } from '../testing/client.js';

let stage: Stage;
let url: string;

beforeAll(async () => {
  stage = await openStage();
  ({ url } = await stage.gateway());
});
afterAll(() => stage.stop());

/** A greeted client in a room of its own. */
async function member() {
  const user = randomUUID();
  const room = stage.log.createRoom([user]);
  const client = await stage.client(url, user);
  await client.hello();
  return { client, room, user };
}

describe('hello', () => {
  it('is answered by ready, what was missed, and synced, in this order', async () => {
    const user = randomUUID();
    const room = stage.log.createRoom([user]);
    for (let i = 0; i < 4; i++) stage.log.say(room.id, `m${i}`);
    const client = await stage.client(url, user);
    const ready = await client.hello({ [room.id]: 2 });
    expect(client.frames.map(({ type }) => type)).toEqual(['ready', 'message', 'message', 'message', 'synced']);
    expect(client.seqs(room.id)).toEqual([3, 4, 5]);
    expect(client.frames.at(-1)).toEqual({ type: 'synced', rooms: { [room.id]: { seq: 5 } } });
    expect(ready).toMatchObject({ gateway: 'ws-1', heartbeat_ms: 25_000, notifications: 0, user: { id: user } });
    expect(ready['rooms']).toMatchObject([{ id: room.id, last_seq: 5, role: 'member' }]);
    expect(JSON.stringify(ready)).not.toMatch(/visible_after|joined_seq/);
    expect(ready['limits']).toMatchObject({ frame_bytes: 65_536, connections: 20, sync_max: 10_000 });
  });

  it('hands over pending notifications after ready, before synced', async () => {
    const user = randomUUID();
    const items = ['n1', 'n2'].map((id) => ({ id, kind: 'system' as const, ts: new Date().toISOString() }));
    stage.services.notifications.set(user, items);
    const client = await stage.client(url, user);
    expect(await client.hello()).toMatchObject({ notifications: 2 });
    expect(client.frames.map(({ type, id }) => id ?? type)).toEqual(['ready', 'n1', 'n2', 'synced']);
  });

  it('does not wait for a notification-service that is away', async () => {
    stage.services.silent.add('natter.rpc.notification.list');
    const client = await stage.client(url);
    expect(await client.hello()).toMatchObject({ notifications: 0 });
    stage.services.silent.clear();
  });

  it('is waited for before anything else: frames are refused, a second one too', async () => {
    const client = await stage.client(url);
    client.send({ type: 'ping', id: 'p1' });
    client.send({ type: 'nonsense', id: 'p2' });
    expect(await client.next('error', { id: 'p2' })).toMatchObject({ code: 'hello_first', outcome: 'refused' });
    await client.hello();
    client.send({ type: 'hello', id: 'h2' });
    expect(await client.next('error', { id: 'h2' })).toMatchObject({ code: 'bad_request' });
    expect(client.closed).toBeUndefined();
  });

  it('answers frames sent right behind it, after ready', async () => {
    const client = await stage.client(url);
    client.send({ type: 'hello' });
    client.send({ type: 'ping', id: 'p1' });
    await client.next('pong', { id: 'p1' });
    expect(client.frames.map(({ type }) => type)).toEqual(['ready', 'synced', 'pong']);
  });

  it('says gone, reset, and where it stands', async () => {
    const user = randomUUID();
    const [mine, young, other] = [stage.log.createRoom([user]), stage.log.createRoom([user]), stage.log.createRoom([])];
    const late = stage.log.createRoom([], { history: 'since_join' });
    stage.log.say(late.id, 'before');
    stage.log.move(late.id, user, 'joined');
    const client = await stage.client(url, user);
    await client.hello({ [mine.id]: 1, [young.id]: 99, [other.id]: 0, 'no-room': 3, [late.id]: 0 });
    expect((await client.next('synced'))['rooms']).toEqual({
      [mine.id]: { seq: 1 },
      [young.id]: { seq: 1, reset: true },
      [other.id]: { gone: true },
      'no-room': { gone: true },
      [late.id]: { seq: 2, reset: true },
    });
    stage.log.say(young.id, 'after the reset');
    expect(await client.next('message', { room: young.id })).toMatchObject({ seq: 2 });
    expect(client.seqs(late.id)).toEqual([]);
  });
});

describe('sync', () => {
  it('shows what was before one’s joining only while the room lets its members see it', async () => {
    const { client, user } = await member();
    const room = stage.log.createRoom([], { history: 'since_join' });
    for (let i = 0; i < 3; i++) stage.log.say(room.id, 'before');
    stage.log.move(room.id, user, 'joined');
    await client.next('room_added');
    const ask = async (id: string) => {
      client.send({ type: 'sync', id, rooms: { [room.id]: 1 } });
      return (await client.next('synced', { id }))['rooms'];
    };
    expect(await ask('closed')).toEqual({ [room.id]: { seq: 4, reset: true } });
    expect(client.seqs(room.id)).toEqual([]);
    room.history = 'all';
    expect(await ask('open')).toEqual({ [room.id]: { seq: 4 } });
    expect(client.seqs(room.id)).toEqual([2, 3, 4]);
    room.history = 'since_join';
    expect(await ask('closed-again')).toEqual({ [room.id]: { seq: 4, reset: true } });
    expect(client.seqs(room.id)).toEqual([2, 3, 4]);
    client.ws.close();
  });

  it('sets the position anew, backwards and beyond the end', async () => {
    const { client, room } = await member();
    stage.log.say(room.id, 'two');
    await client.next('message', { seq: 2 });
    client.send({ type: 'sync', id: 's1', rooms: { [room.id]: 0 } });
    expect(await client.next('synced', { id: 's1' })).toMatchObject({ rooms: { [room.id]: { seq: 2 } } });
    client.send({ type: 'sync', id: 's2', rooms: { [room.id]: 50, unknown: 1 } });
    expect(await client.next('synced', { id: 's2' })).toEqual({
      type: 'synced',
      id: 's2',
      rooms: { [room.id]: { seq: 2, reset: true }, unknown: { gone: true } },
    });
    stage.log.say(room.id, 'three');
    await client.next('message', { seq: 3 });
    expect(client.seqs(room.id)).toEqual([2, 1, 2, 3]);
  });

  it('that is overtaken by another is answered when that one has arrived', async () => {
    const { client, room } = await member();
    for (let i = 0; i < 800; i++) stage.log.say(room.id, 'x');
    await client.next('message', { seq: 801 });
    for (const [id, seq] of [
      ['s1', 0],
      ['s2', 900],
      ['s3', 50],
    ])
      client.send({ type: 'sync', id, rooms: { [room.id]: seq } });
    for (const id of ['s1', 's2', 's3'])
      expect(await client.next('synced', { id })).toMatchObject({ rooms: { [room.id]: { seq: 801 } } });
    const seqs = client.seqs(room.id).slice(800);
    expect(seqs).toEqual(Array.from({ length: 751 }, (_, i) => 51 + i));
  });

  it('is refused when too many wait', async () => {
    const { client, room } = await member();
    for (let i = 0; i < 65; i++) client.send({ type: 'sync', id: `s${i}`, rooms: { [room.id]: 0 } });
    const refused = await client.next('error', { id: 's64' });
    expect(refused).toMatchObject({ code: 'too_many_inflight', outcome: 'refused' });
    await client.next('synced', { id: 's63' });
  });

  it('contains what this gateway was never told of', async () => {
    const { client, room } = await member();
    stage.log.delivers = () => false;
    stage.log.beating = false;
    const seq = stage.log.say(room.id, 'lost');
    client.send({ type: 'sync', id: 's1', rooms: { [room.id]: 1 } });
    expect(await client.next('synced', { id: 's1' })).toMatchObject({ rooms: { [room.id]: { seq } } });
    expect(client.seqs(room.id)).toEqual([2]);
    stage.log.delivers = () => true;
    stage.log.beating = true;
  });
});

describe('send', () => {
  it('is acknowledged, and reaches everybody in the room, the sender too', async () => {
    const { client, room } = await member();
    const other = await stage.client(url);
    stage.log.move(room.id, other.user, 'joined');
    await other.hello();
    const id = randomUUID().toUpperCase();
    client.send({ type: 'send', id, room: room.id, body: ' hi\n' });
    expect(await client.next('ack')).toMatchObject({ id, room: room.id, seq: 3 });
    for (const one of [client, other])
      expect(await one.next('message', { id })).toMatchObject({ body: ' hi\n', seq: 3 });
    client.send({ type: 'send', id, room: room.id, body: ' hi\n' });
    expect(await client.next('ack', { dup: true })).toMatchObject({ id, seq: 3 });
  });

  it('is stored in the order it was sent', async () => {
    const { client, room } = await member();
    const ids = Array.from({ length: 25 }, () => randomUUID());
    for (const id of ids) client.send({ type: 'send', id, room: room.id, body: 'x' });
    await client.next('ack', { id: ids.at(-1)! });
    const acks = client.frames.filter(({ type }) => type === 'ack');
    expect(acks.map(({ id }) => id)).toEqual(ids);
    expect(acks.map(({ seq }) => seq)).toEqual(ids.map((_, i) => i + 2));
  });

  it.each([
    [{ body: '' }, 'empty'],
    [{ body: 'x'.repeat(8_001) }, 'too_long'],
    [{ body: 'a\u0000b' }, 'bad_request'],
    [{ body: 5 }, 'bad_request'],
    [{ body: 'x', room: 'general' }, 'not_found'],
    [{ body: 'x', room: randomUUID() }, 'not_found'],
    [{ body: 'x', meta: { a: 'x'.repeat(3_000) } }, 'bad_request'],
    [{ body: 'x', thread: 0 }, 'bad_request'],
  ])('refuses %j', async (fields, code) => {
    const { client, room } = await member();
    const id = randomUUID();
    client.send({ type: 'send', id, room: room.id, ...fields });
    expect(await client.next('error', { id })).toMatchObject({ code, outcome: 'refused' });
    if (!('room' in fields)) expect(stage.log.appended).not.toContain(id);
  });

  it('is judged by the room-service when the user is not known to be a member here', async () => {
    const { client } = await member();
    const id = randomUUID();
    client.send({ type: 'send', id, room: stage.log.createRoom([]).id, body: 'x' });
    expect(await client.next('error', { id })).toMatchObject({ code: 'not_member', outcome: 'refused' });
  });
});

describe('edit, delete and react', () => {
  it('are acknowledged like a send, reach everybody, and keep their order among the sends', async () => {
    const { client, room } = await member();
    const other = await stage.client(url);
    stage.log.move(room.id, other.user, 'joined');
    await other.hello();
    const frames = [
      { type: 'send', body: 'one' },
      { type: 'edit', target: 3, body: 'two' },
      { type: 'send', body: 'three' },
      { type: 'delete', target: 3 },
    ].map((frame) => ({ ...frame, id: randomUUID(), room: room.id }));
    for (const frame of frames) client.send(frame);
    await client.next('ack', { id: frames[3]!.id });
    const acks = client.frames.filter(({ type }) => type === 'ack');
    expect(acks.map(({ id, seq }) => [id, seq])).toEqual(frames.map(({ id }, i) => [id, 3 + i]));
    for (const one of [client, other]) {
      expect(await one.next('edited')).toMatchObject({ target: 3, body: 'two', seq: 4 });
      expect(await one.next('deleted')).toMatchObject({ target: 3, seq: 6 });
      expect(one.seqs(room.id)).toEqual(one === client ? [2, 3, 4, 5, 6] : [3, 4, 5, 6]);
    }
    client.send(frames[1]!);
    expect(await client.next('ack', { dup: true })).toMatchObject({ id: frames[1]!.id, seq: 4 });
  });

  it.each([
    [{ type: 'edit', target: 1, body: '' }, 'empty'],
    [{ type: 'edit', target: 1, body: 'x'.repeat(8_001) }, 'too_long'],
    [{ type: 'edit', body: 'x' }, 'bad_request'],
    [{ type: 'edit', target: 0, body: 'x' }, 'bad_request'],
    [{ type: 'edit', target: 1, body: 'x', id: 'no-uuid' }, 'bad_request'],
    [{ type: 'delete', target: '1' }, 'bad_request'],
    [{ type: 'delete', target: 1, room: 'general' }, 'not_found'],
    [{ type: 'react', target: 1, emoji: 'yes', op: 'add' }, 'bad_request'],
    [{ type: 'react', target: 1, emoji: '👍👍', op: 'add' }, 'bad_request'],
    [{ type: 'react', target: 1, emoji: '👍', op: 'toggle' }, 'bad_request'],
    [{ type: 'react', target: 1, emoji: '👍' }, 'bad_request'],
  ])('refuses %j', async (fields, code) => {
    const { client, room } = await member();
    const id: string = randomUUID();
    const frame = { id, room: room.id, ...fields };
    client.send(frame);
    expect(await client.next('error', { id: frame.id })).toMatchObject({ code, outcome: 'refused' });
    expect(stage.log.appended).not.toContain(frame.id);
  });

  it('share the rate of sends', async () => {
    const { client, room } = await member();
    const kinds = [
      { type: 'send', body: 'x' },
      { type: 'edit', target: 1, body: 'x' },
      { type: 'delete', target: 1 },
      { type: 'react', target: 1, emoji: '👍', op: 'add' },
    ];
    for (let i = 0; i < 40; i++) client.send({ ...kinds[i % 4], id: randomUUID(), room: room.id });
    const refused = await client.next('error', { code: 'rate_limited' });
    expect(refused['retry_after_ms']).toBeGreaterThan(0);
  });
});

describe('receipt', () => {
  it('is gathered and written, the furthest only', async () => {
    const { client, room, user } = await member();
    for (const receipt of [{ delivered: 5 }, { read: 3 }, { delivered: 4, read: 2 }])
      client.send({ type: 'receipt', room: room.id, ...receipt });
    await until('cursors', () => stage.services.cursors.get(`${user} ${room.id}`));
    expect(stage.services.cursors.get(`${user} ${room.id}`)).toEqual({ delivered: 5, read: 3 });
    expect(client.frames.at(-1)).toMatchObject({ type: 'synced' });
  });

  it('of a room one is not in changes nothing', async () => {
    const { client, user } = await member();
    const other = stage.log.createRoom([]);
    client.send({ type: 'receipt', id: 'r1', room: other.id, delivered: 1 });
    expect(await client.next('error', { id: 'r1' })).toMatchObject({ code: 'not_found' });
    expect(stage.services.cursors.has(`${user} ${other.id}`)).toBe(false);
  });
});

describe('ping', () => {
  it('is answered with the time and its id', async () => {
    const { client } = await member();
    client.send({ type: 'ping', id: 'p1' });
    client.send({ type: 'ping' });
    expect((await client.next('pong', { id: 'p1' }))['server_ts']).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
    await until('both', () => client.frames.filter(({ type }) => type === 'pong').length === 2);
  });
});
