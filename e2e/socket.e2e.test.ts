// The socket as the contract has it: shapes, answers, errors, limits that concern one connection, close codes.
import { randomUUID } from 'node:crypto';
import { socketLimits } from '@natter/contracts/limits';
import { describe, expect, it } from 'vitest';
import { Person } from './harness/person.js';
import { RawSocket } from './harness/raw-socket.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

const natter = await useSystem();
const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
const room = await ann.createRoom();
await ben.join(room.id);

/** What a frame is answered, on a connection of its own. */
async function answer(text: string): Promise<Record<string, unknown>> {
  const socket = await ann.connect();
  socket.sendRaw(text);
  const error = await socket.next('error');
  socket.close();
  return { ...error };
}
const nested = (depth: number): string => `${'{"x":'.repeat(depth)}1${'}'.repeat(depth)}`;

describe('opening', () => {
  it('answers hello with ready, then what was missed, then synced', async () => {
    const socket = await ann.open(1);
    expect(socket.protocol).toBe('natter.v1');
    const ready = await socket.hello({ [room.id]: 0 });
    expect(ready).toMatchObject({ gateway: 'ws-2', heartbeat_ms: 25_000, limits: socketLimits });
    expect(ready.user).toMatchObject({ id: ann.id, username: ann.username });
    expect(ready.user.permissions).toContain('create_room');
    const view = ready.rooms.find(({ id }) => id === room.id);
    expect(view).toMatchObject({ name: room.name, kind: 'room', visibility: 'public', role: 'owner', members: 2 });
    const types = socket.frames.map(({ type }) => type);
    expect([types[0], types.at(-1)]).toEqual(['ready', 'synced']);
    const lastSeq = view?.last_seq ?? 0;
    expect(socket.events(room.id).map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, n) => n + 1));
    expect(socket.all('synced')[0]?.rooms).toEqual({ [room.id]: { seq: lastSeq } });
    socket.close();
  });

  it('sends synced even if nothing was asked', async () => {
    const socket = await ann.connect();
    expect(socket.all('synced')).toEqual([{ type: 'synced', rooms: {} }]);
    socket.close();
  });

  it('takes no subprotocol as well, and answers others with 426', async () => {
    const socket = await ann.open(0, { protocols: [] });
    await socket.hello();
    socket.close();
    await expect(ann.open(0, { protocols: ['natter.v9'] })).rejects.toMatchObject({ status: 426 });
  });

  it('without hello ends with 4400 after ten seconds', async () => {
    const socket = await ann.open();
    expect((await socket.end()).code).toBe(4400);
  });

  it('lets the oldest of more than 20 sockets go with 4409', async () => {
    const crowd = await Person.register(natter, 'crowd');
    const sockets: RawSocket[] = [];
    for (let n = 0; n <= socketLimits.connections; n += 1) sockets.push(await crowd.connect(n % 2));
    expect((await sockets[0]?.end())?.code).toBe(4409);
    expect(sockets.slice(1).every((socket) => socket.isOpen)).toBe(true);
    for (const socket of sockets) socket.close();
  });
});

describe('an error frame', () => {
  it('says hello_first before hello', async () => {
    const socket = await ann.open();
    socket.send({ type: 'ping', id: 'p1' });
    expect(await socket.next('error')).toMatchObject({ id: 'p1', code: 'hello_first', outcome: 'refused' });
    await socket.hello();
    socket.close();
  });

  it.each([
    ['what is not JSON', 'hello'],
    ['a list', '[]'],
    ['a number', '1'],
    ['an object without a type', '{"id":"x"}'],
    ['a type that is no text', '{"type":1}'],
    ['a missing field', '{"type":"send","id":"0b0e2b5c-3f0c-4a8e-9c57-b8f3f8f7a001","body":"x"}'],
    ['an ill-typed field', `{"type":"receipt","room":"${room.id}","read":"1"}`],
    ['a send whose id is no UUID or ULID', `{"type":"send","id":"1","room":"${room.id}","body":"x"}`],
    ['an id with a space', '{"type":"ping","id":"a b"}'],
    ['nesting deeper than 16', `{"type":"ping","x":${nested(17)}}`],
    ['a negative position', `{"type":"sync","id":"s","rooms":{"${room.id}":-1}}`],
  ])('says bad_request for %s', async (_what, text) => {
    expect(await answer(text)).toMatchObject({ code: 'bad_request', outcome: 'refused' });
  });

  it('says unknown_type for a type there is not, with the id it came with', async () => {
    const text = '{"type":"dance","id":"d1"}';
    expect(await answer(text)).toMatchObject({ id: 'd1', code: 'unknown_type', outcome: 'refused' });
  });

  it('is not caused by fields nobody knows', async () => {
    const socket = await ann.connect();
    const pong = await socket.ask({ type: 'ping', id: 'p', future: { field: true }, __proto: null });
    expect(pong).toMatchObject({ type: 'pong', id: 'p' });
    socket.close();
  });

  it('says why a message is not stored', async () => {
    const [open, hidden] = [await ben.createRoom(), await ben.createRoom({ visibility: 'private' })];
    const socket = await ann.connect();
    const code = async (where: string, body: string): Promise<unknown> => {
      const said = await socket.say(where, body);
      return said.type === 'error' ? [said.code, said.outcome] : said.type;
    };
    expect(await code(open.id, 'x')).toEqual(['not_member', 'refused']);
    expect(await code(hidden.id, 'x')).toEqual(['not_found', 'refused']);
    expect(await code(randomUUID(), 'x')).toEqual(['not_found', 'refused']);
    expect(await code(room.id, '')).toEqual(['empty', 'refused']);
    expect(await code(room.id, 'x'.repeat(8_001))).toEqual(['too_long', 'refused']);
    expect(await code(room.id, 'x'.repeat(8_000))).toBe('ack');
    const { body } = await ben.api.get<{ last_seq: number }>(`/api/rooms/${open.id}/messages`);
    expect(body.last_seq).toBe(open.last_seq);
    socket.close();
  });

  it('says too_many_inflight when more than 64 wait, and what it refused is not stored', async () => {
    const socket = await ann.connect();
    const ids = Array.from({ length: 400 }, () => randomUUID());
    for (const id of ids) socket.send({ type: 'send', id, room: room.id, body: 'one of many' });
    const answered = (): number => socket.all('ack').length + socket.all('error').length;
    await until('all are answered', () => answered() === ids.length);
    const refused = socket.all('error');
    expect(refused.length).toBeGreaterThan(0);
    for (const error of refused) expect(error).toMatchObject({ code: 'too_many_inflight', outcome: 'refused' });
    for (const error of refused) expect(error.retry_after_ms).toBeGreaterThan(0);
    const again = await socket.say(room.id, 'one of many', refused[0]?.id);
    expect([again.type, 'dup' in again]).toEqual(['ack', false]);
    socket.close();
  });

  it('comes ten times before more bad frames end the connection with 4400', async () => {
    const socket = await ann.connect();
    for (let n = 0; n < 10; n += 1) socket.sendRaw('bad');
    await until('ten are answered', () => socket.all('error').length === 10);
    expect(socket.isOpen).toBe(true);
    socket.sendRaw('bad');
    expect((await socket.end()).code).toBe(4400);
    expect(socket.all('bye')).toMatchObject([{ code: 4400, reconnect: false }]);
  });
});

describe('a frame that cannot be read at all', () => {
  it.each([
    [1003, 'is binary', (socket: RawSocket) => socket.sendRaw(Buffer.from('{"type":"ping"}'))],
    [1007, 'is not UTF-8', (socket: RawSocket) => socket.sendBrokenText(Buffer.from([0x22, 0xff, 0xfe, 0x22]))],
    [1009, 'is above 64 KiB', (socket: RawSocket) => socket.sendRaw('x'.repeat(65_537))],
  ])('ends the connection with %i when it %s, and no other connection', async (code, _what, send) => {
    const [socket, bystander] = [await ann.connect(), await ben.connect()];
    send(socket);
    expect((await socket.end()).code).toBe(code);
    expect(await bystander.ask({ type: 'ping', id: 'still-here' })).toMatchObject({ type: 'pong' });
    bystander.close();
  });
});

describe('ping', () => {
  it('is answered with pong, with its id when it has one', async () => {
    const socket = await ann.connect();
    socket.send({ type: 'ping' });
    const pong = await socket.next('pong');
    expect(Object.keys(pong).sort()).toEqual(['server_ts', 'type']);
    expect(await socket.ask({ type: 'ping', id: 'visible-ASCII!~' })).toMatchObject({ id: 'visible-ASCII!~' });
    socket.close();
  });
});

describe('a receipt', () => {
  it('reaches the other members, only moves forward, and read implies delivered', async () => {
    const [reader, writer] = [await ben.connect(0), await ann.connect(1)];
    const ack = await writer.say(room.id, 'read me');
    const seq = ack.type === 'ack' ? ack.seq : 0;
    reader.send({ type: 'receipt', room: room.id, read: seq });
    const receipt = { type: 'receipt', room: room.id, user: ben.id, delivered: seq, read: seq };
    expect(await writer.next('receipt', ({ user, read }) => user === ben.id && read === seq)).toEqual(receipt);
    reader.send({ type: 'receipt', room: room.id, read: 1, delivered: 1 });
    await reader.ask({ type: 'ping', id: 'after-it' });
    const last = await writer.say(room.id, 'another');
    reader.send({ type: 'receipt', room: room.id, delivered: last.type === 'ack' ? last.seq : 0 });
    const next = await writer.next('receipt', ({ user, delivered }) => user === ben.id && delivered > seq);
    expect(next.read).toBe(seq);
    expect(writer.all('receipt').every(({ user, read }) => user !== ben.id || read === seq)).toBe(true);
    reader.close();
    writer.close();
  });

  it('counts in ready: read, delivered and what is unread', async () => {
    const own = await ann.createRoom();
    await ben.join(own.id);
    const writer = await ann.connect();
    for (const body of ['one', 'two', 'three']) await writer.say(own.id, body);
    const reader = await ben.connect();
    const first = writer.all('ack')[0]?.seq ?? 0;
    reader.send({ type: 'receipt', room: own.id, read: first, delivered: first + 1 });
    await until('the cursors are kept', async () => {
      const fresh = await ben.open(1);
      const view = (await fresh.hello()).rooms.find(({ id }) => id === own.id);
      fresh.close();
      return view?.read === first && view.delivered === first + 1 && view.unread === 2;
    });
    reader.close();
    writer.close();
  });
});

describe('membership', () => {
  it('made and ended by REST is told on every open socket, and events start at the place it says', async () => {
    const [hers, his] = [await ann.connect(0), await ben.connect(1)];
    const own = await ann.createRoom();
    await hers.next('room_added', (frame) => frame.room.id === own.id);
    await ben.join(own.id);
    const added = await his.next('room_added', (frame) => frame.room.id === own.id);
    expect(added.room).toMatchObject({ name: own.name, role: 'member', members: 2 });
    const told = await hers.next('member', (frame) => frame.room === own.id && frame.user.id === ben.id);
    expect(told).toMatchObject({ change: 'joined', role: 'member', by: { id: ben.id } });
    const ack = await hers.say(own.id, 'welcome');
    await his.next('message', (frame) => frame.id === ack.id);
    const seqs = his.events(own.id).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => added.room.last_seq + 1 + index));
    await ann.api.delete(`/api/rooms/${own.id}`);
    for (const socket of [hers, his])
      expect(await socket.next('room_removed', (frame) => frame.room === own.id)).toMatchObject({ reason: 'deleted' });
    expect(await hers.say(own.id, 'anybody?')).toMatchObject({ code: 'not_found', outcome: 'refused' });
    hers.close();
    his.close();
  });

  it('that was left brings nothing more', async () => {
    const own = await ann.createRoom();
    await ben.join(own.id);
    const [hers, his] = [await ann.connect(0), await ben.connect(1)];
    await ben.api.post(`/api/rooms/${own.id}/leave`);
    expect(await his.next('room_removed')).toMatchObject({ room: own.id, reason: 'left' });
    const left = await hers.next('member', ({ room: where, change }) => where === own.id && change === 'left');
    for (let n = 0; n < 5; n += 1) await hers.say(own.id, 'behind his back');
    await his.ask({ type: 'ping', id: 'p' });
    expect(his.events(own.id).every(({ seq }) => seq <= left.seq)).toBe(true);
    expect(await his.ask({ type: 'sync', id: 's', rooms: { [own.id]: 0 } })).toMatchObject({
      rooms: { [own.id]: { gone: true } },
    });
    hers.close();
    his.close();
  });
});
