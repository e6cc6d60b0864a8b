// The one-room, plain-text socket: every frame in is a message, the room's log comes out, nothing to learn.
import { randomUUID } from 'node:crypto';
import type { LogEvent } from '@natter/contracts/events';
import { describe, expect, it } from 'vitest';
import { freshName, Person } from './harness/person.js';
import { RawSocket } from './harness/raw-socket.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

const natter = await useSystem();
const [ann, ben] = await Person.several(natter, ['ann', 'ben']);

const open = (person: Person, path: string, gateway: number | 'front' = 0): Promise<RawSocket> => {
  const base = gateway === 'front' ? natter.frontUrl : natter.socketUrl(gateway);
  return RawSocket.open(`${base}/${path}`, { token: person.token, protocols: [] });
};
const message = (socket: RawSocket, body: string): Promise<LogEvent> =>
  socket.next('message', (frame) => frame.body === body);

describe('a one-room socket', () => {
  it('carries whatever is sent as a message, exactly, to everybody in the room', async () => {
    const room = await ann.createRoom();
    const [hers, his] = [await open(ann, room.id, 0), await open(ben, room.name ?? '', 1)];
    const texts = ['hello', '  spaces  ', '{"type":"ping"}', 'not { JSON', 'line\u2028👩‍👩‍👧‍👦', '\n'];
    for (const [index, text] of texts.entries()) {
      const [from, to] = index % 2 === 0 ? [hers, his] : [his, hers];
      from.sendRaw(text);
      const [own, other] = [await message(from, text), await message(to, text)];
      expect(other).toEqual(own);
    }
    const seqs = hers.events(room.id).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    expect([...hers.all('ready'), ...hers.all('ack'), ...hers.all('synced')]).toEqual([]);
    hers.close();
    his.close();
  });

  it('joins a public room by opening it, at either path and through the front door', async () => {
    const room = await ann.createRoom();
    const his = await open(ben, `chat/${room.name}`, 'front');
    his.sendRaw('may I?');
    expect(await message(his, 'may I?')).toMatchObject({ room: room.id, sender: { id: ben.id } });
    const { status } = await ben.api.get(`/api/rooms/${room.id}/messages`);
    expect(status).toBe(200);
    his.close();
  });

  it('speaks with those on /ws', async () => {
    const room = await ann.createRoom();
    await ben.join(room.id);
    const [plain, full] = [await open(ann, room.id, 0), await ben.connect(1)];
    plain.sendRaw('from the plain one');
    expect(await message(full, 'from the plain one')).toMatchObject({ sender: { id: ann.id } });
    const ack = await full.say(room.id, 'from the full one');
    expect(await message(plain, 'from the full one')).toMatchObject({ id: ack.id, sender: { id: ben.id } });
    plain.close();
    full.close();
  });

  it('starts after the seq it was given, else at the moment of connecting', async () => {
    const room = await ann.createRoom();
    const writer = await ann.connect();
    for (let n = 0; n < 5; n += 1) await writer.say(room.id, `m${n}`);
    const all = await open(ann, `${room.id}?after=0`);
    await message(all, 'm4');
    const seqs = all.events(room.id).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    const fresh = await open(ann, room.id, 1);
    fresh.sendRaw('from now on');
    await message(fresh, 'from now on');
    expect(fresh.events(room.id).map(({ seq }) => seq)).toEqual([(seqs.at(-1) ?? 0) + 1]);
    for (const socket of [writer, all, fresh]) socket.close();
  });

  it('says why a message was not taken', async () => {
    const room = await ann.createRoom();
    const socket = await open(ann, room.id);
    socket.sendRaw('');
    expect(await socket.next('error')).toMatchObject({ code: 'empty', outcome: 'refused' });
    socket.sendRaw('x'.repeat(8_001));
    expect(await socket.next('error', ({ code }) => code === 'too_long')).toMatchObject({ outcome: 'refused' });
    socket.close();
  });

  it('of a private room does not open for an outsider, just as one that does not exist', async () => {
    const hidden = await ann.createRoom({ visibility: 'private' });
    const refusals = await Promise.all(
      [hidden.id, hidden.name ?? '', randomUUID(), freshName('room')].map((path) =>
        open(ben, path).then(
          () => 'opened',
          (error: { status: number; body: string }) =>
            `${error.status} ${error.body.replace(/"request_id":"[^"]*"/, '')}`,
        ),
      ),
    );
    expect(refusals[0]?.slice(0, 3)).toBe('404');
    expect(new Set(refusals).size).toBe(1);
    const mine = await open(ann, hidden.id);
    mine.close();
  });

  it('closes with 4404 when its room is deleted, and when its member leaves', async () => {
    const room = await ann.createRoom();
    const [hers, his] = [await open(ann, room.id, 0), await open(ben, room.id, 1)];
    await until('ben is a member', async () => (await ben.api.get(`/api/rooms/${room.id}/messages`)).status === 200);
    await ben.api.post(`/api/rooms/${room.id}/leave`);
    expect((await his.end()).code).toBe(4404);
    await ann.api.delete(`/api/rooms/${room.id}`);
    expect((await hers.end()).code).toBe(4404);
  });

  it('closes with 4401 when the session ends', async () => {
    const carl = await Person.register(natter, 'carl');
    const room = await ann.createRoom();
    const socket = await open(carl, room.id);
    await carl.api.post('/api/auth/logout');
    expect((await socket.end()).code).toBe(4401);
  });
});
