// What has no place in a log: typing, presence, last seen. Who is told, who is not, and how it ends (P9, P14, P15).
import type { PresenceStatus, User } from '@natter/contracts/events';
import { describe, expect, it } from 'vitest';
import type { Answer } from './harness/api.js';
import { Person } from './harness/person.js';
import type { RawSocket } from './harness/raw-socket.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

interface Shown {
  user: User;
  status: PresenceStatus;
  last_seen: string | null;
}

const natter = await useSystem();
const [ann, ben, eve] = await Person.several(natter, ['ann', 'ben', 'eve']);
const room = await ann.createRoom();
await ben.join(room.id);

const shown = (who: Person, asker: Person = ann): Promise<Answer<Shown>> => asker.api.get(`/api/users/${who.id}`);
const statusOf = async (who: Person): Promise<PresenceStatus> => (await shown(who)).body.status;
const becomes = (who: Person, status: PresenceStatus, timeoutMs?: number) =>
  until(`${who.username} is ${status}`, async () => (await statusOf(who)) === status, timeoutMs);
/** What was sent to this socket before now has come. */
const settled = (socket: RawSocket) => socket.ask({ type: 'ping', id: `p${Math.random()}` });
/** Enough for whatever was on its way through the other parts. */
async function overtaken(by: RawSocket, at: RawSocket): Promise<void> {
  by.send({ type: 'typing', room: room.id, on: true });
  const count = at.all('typing').length;
  await until('a later hint has come', () => at.all('typing').length > count);
}

describe('typing', () => {
  it('is told to members at every gateway, to nobody else, and ends when it says so', async () => {
    const [writer, reader, outsider] = [await ann.connect(0), await ben.connect(1), await eve.connect(1)];
    writer.send({ type: 'typing', room: room.id, on: true });
    expect(await reader.next('typing')).toEqual({ type: 'typing', room: room.id, user: ann.id, on: true });
    writer.send({ type: 'typing', room: room.id, on: false });
    expect(await reader.next('typing', ({ on }) => !on)).toMatchObject({ user: ann.id });
    await Promise.all([settled(writer), settled(outsider)]);
    expect([...writer.all('typing'), ...writer.all('error'), ...outsider.all('typing')]).toEqual([]);
    for (const socket of [writer, reader, outsider]) socket.close();
  });

  it('holds for six seconds, and ends with its socket', async () => {
    const [writer, reader] = [await ann.connect(0), await ben.connect(1)];
    writer.send({ type: 'typing', room: room.id, on: true });
    await reader.next('typing', ({ on }) => on);
    await reader.next('typing', ({ on }) => !on);
    writer.send({ type: 'typing', room: room.id, on: true });
    await until('it begins anew', () => reader.all('typing').filter(({ on }) => on).length === 2);
    writer.cut();
    await until('it ends with the socket', () => reader.all('typing').filter(({ on }) => !on).length === 2);
    reader.close();
  });

  it('in a room one is not in is not_found, as in one that does not exist', async () => {
    const secret = await ann.createRoom({ visibility: 'private' });
    const socket = await eve.connect();
    socket.send({ type: 'typing', id: 'a', room: secret.id, on: true });
    socket.send({ type: 'typing', id: 'b', room: eve.id, on: true });
    const [real, none] = [
      await socket.next('error', ({ id }) => id === 'a'),
      await socket.next('error', ({ id }) => id === 'b'),
    ];
    expect({ ...real, id: 'b' }).toEqual(none);
    expect(real.code).toBe('not_found');
    socket.close();
  });

  it('reaches no member who has left', async () => {
    const [writer, stayer, leaver] = [await ann.connect(0), await ben.connect(1), await eve.connect(1)];
    await eve.join(room.id);
    await leaver.next('room_added');
    writer.send({ type: 'typing', room: room.id, on: true });
    await leaver.next('typing');
    writer.send({ type: 'typing', room: room.id, on: false });
    await leaver.next('typing', ({ on }) => !on);
    await eve.api.post(`/api/rooms/${room.id}/leave`, {});
    await leaver.next('room_removed');
    const before = leaver.all('typing').length;
    await overtaken(writer, stayer);
    await settled(leaver);
    expect(leaver.all('typing')).toHaveLength(before);
    for (const socket of [writer, stayer, leaver]) socket.close();
  });
});

describe('presence', () => {
  it('follows connections and what their clients say: told to those who share a room, and to nobody else', async () => {
    await becomes(ben, 'offline');
    const [watcher, outsider] = [await ann.connect(0), await eve.connect(0)];
    const phone = await ben.connect(1);
    expect(await watcher.next('presence', ({ status }) => status === 'online')).toMatchObject({ user: ben.id });
    await becomes(ben, 'online');
    phone.send({ type: 'presence', status: 'away' });
    await watcher.next('presence', ({ user, status }) => user === ben.id && status === 'away');
    await becomes(ben, 'away');
    const { body } = await ann.api.get<{ items: Shown[] }>(`/api/rooms/${room.id}/members`);
    expect(Object.fromEntries(body.items.map(({ user, status }) => [user.id, status]))).toEqual({
      [ann.id]: 'online',
      [ben.id]: 'away',
    });
    const laptop = await ben.connect(0);
    await becomes(ben, 'online');
    laptop.close();
    await becomes(ben, 'away');
    phone.close();
    const gone = await watcher.next('presence', ({ user, status }) => user === ben.id && status === 'offline');
    expect(Date.parse(gone.last_seen ?? '')).toBeGreaterThan(0);
    await settled(outsider);
    expect(outsider.all('presence')).toEqual([]);
    expect(watcher.all('presence').filter(({ user }) => user === ann.id)).toEqual([]);
    for (const socket of [watcher, outsider]) socket.close();
  });

  it('is not told in rooms above 500 members', async () => {
    const [large, small] = [await ann.createRoom(), await ann.createRoom()];
    await eve.join(large.id);
    await natter.query('natter_rooms', 'UPDATE rooms SET members = 501 WHERE id = $1', [large.id]);
    const watcher = await ann.connect(0);
    const crowd = await eve.connect(1);
    const other = await Person.register(natter, 'pat');
    await other.join(small.id);
    const friend = await other.connect(1);
    await watcher.next('presence', ({ user }) => user === other.id);
    await settled(watcher);
    expect(watcher.all('presence').filter(({ user }) => user === eve.id)).toEqual([]);
    for (const socket of [watcher, crowd, friend]) socket.close();
  });

  it('of one whose gateway dies ends, and is back when the client is', { timeout: 120_000 }, async () => {
    const watcher = await ann.connect(0);
    const socket = await ben.connect(1);
    await becomes(ben, 'online');
    await natter.crash('ws-2');
    await socket.end();
    const isNew = watcher.all('presence').length;
    await becomes(ben, 'offline', 60_000);
    const back = await ben.connect(1);
    await becomes(ben, 'online');
    await until('others hear of it', () => watcher.all('presence').slice(isNew).at(-1)?.status === 'online');
    for (const one of [watcher, back]) one.close();
  });
});

describe('last seen', () => {
  it('is now for who is there, then the time of going, through a restart of the session-service', async () => {
    const cas = await Person.register(natter, 'cas');
    expect((await shown(cas)).body).toEqual({
      user: { id: cas.id, username: cas.username, display_name: cas.username, avatar: null },
      status: 'offline',
      last_seen: null,
    });
    const socket = await cas.connect();
    await becomes(cas, 'online');
    const [first, second] = [(await shown(cas)).body.last_seen ?? '', (await shown(cas)).body.last_seen ?? ''];
    expect(second >= first && first > '2026').toBe(true);
    socket.close();
    await becomes(cas, 'offline');
    const { last_seen: gone } = (await shown(cas)).body;
    await until('it is kept', async () => {
      const [row] = await natter.query<{ at: Date }>('natter_auth', 'SELECT at FROM last_seen WHERE user_id = $1', [
        cas.id,
      ]);
      return row?.at.toISOString() === gone;
    });
    await natter.crash('session-1');
    expect((await shown(cas)).body).toMatchObject({ status: 'offline', last_seen: gone });
  });

  it('of nobody is 404', async () => {
    const { status, body } = await ann.api.get<{ code: string }>('/api/users/00000000-0000-4000-8000-000000000000');
    expect([status, body.code]).toEqual([404, 'not_found']);
  });
});
