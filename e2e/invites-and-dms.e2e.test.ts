// Coming into what not everybody may see: invites into private rooms, and conversations of two. Two room-services, so that neither
// can rely on being the only one.
import { randomUUID } from 'node:crypto';
import type { RoomDetails, User } from '@natter/contracts/events';
import type { Invite } from '@natter/contracts/invites';
import { describe, expect, it } from 'vitest';
import type { Answer, Problem } from './harness/api.js';
import { Person } from './harness/person.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

type InviteView = Invite & { url: string };
interface Room {
  room: RoomDetails & { peer?: User };
}

const natter = await useSystem({ replicas: { 'room-service': 2 } });
const [owner, guest, third] = await Person.several(natter, ['owner', 'guest', 'third']);

const privateRoom = (options: object = {}): Promise<RoomDetails> =>
  owner.createRoom({ visibility: 'private', ...options });
const invite = async (room: RoomDetails, options: object = {}, by = owner): Promise<InviteView> => {
  const { status, body } = await by.api.post<InviteView>(`/api/rooms/${room.id}/invites`, options);
  expect(status).toBe(201);
  return body;
};
const join = (person: Person, room: RoomDetails, code?: string) =>
  person.api.post<Room & Problem>(`/api/rooms/${room.id}/join`, code === undefined ? {} : { invite: code });
const standing = async (room: RoomDetails, by = owner) =>
  (await by.api.get<{ items: InviteView[] }>(`/api/rooms/${room.id}/invites`)).body.items;
const withoutRequestId = ({ status, text }: Answer<unknown>): string =>
  `${status} ${text.replace(/"request_id":"[^"]*"/, '')}`;

describe('an invite', () => {
  it('opens a private room to whoever has it, by its code, and its link is of this place', async () => {
    const room = await privateRoom();
    const made = await invite(room, { expires_in: 60, uses: 2 });
    expect(made.url).toBe(`${natter.url}/chat/${room.id}?invite=${made.code}`);
    expect(Date.parse(made.expires_at) - Date.now()).toBeGreaterThan(30_000);
    const socket = await guest.connect(1);
    expect((await join(guest, room, made.code)).body.room).toMatchObject({ id: room.id, role: 'member' });
    await socket.next('room_added', (frame) => frame.room.id === room.id);
    expect((await join(guest, room, made.code)).status).toBe(200);
    expect((await standing(room))[0]).toMatchObject({ code: made.code, used: 1, uses: 2, by: { id: owner.id } });
    expect(await standing(room, guest)).toEqual([]);
    socket.close();
  });

  it('that is no good tells an outsider no more than that there is nothing', async () => {
    const room = await privateRoom();
    const other = await invite(await privateRoom());
    const revoked = await invite(room);
    expect((await owner.api.delete(`/api/rooms/${room.id}/invites/${revoked.code}`)).status).toBe(204);
    const expired = await invite(room, { expires_in: 1 });
    await until('it has expired', async () => (await standing(room)).length === 0);
    const none = withoutRequestId(await guest.api.post(`/api/rooms/${randomUUID()}/join`, { invite: other.code }));
    expect(none.startsWith('404 ')).toBe(true);
    for (const code of [revoked.code, expired.code, other.code, 'x'.repeat(22), 'no\u2028code', undefined])
      expect(withoutRequestId(await join(guest, room, code)), code).toBe(none);
  });

  it('with one use left lets in one, though many come and a room-service dies', async () => {
    const room = await privateRoom();
    const { code } = await invite(room, { uses: 1 });
    const people = await Promise.all(Array.from({ length: 6 }, () => Person.register(natter, 'runner')));
    const attempts = Promise.all(people.map((person) => join(person, room, code)));
    await natter.stack.kill('room-1', 'SIGKILL');
    for (const { status } of await attempts) expect([200, 404, 503]).toContain(status);
    await natter.stack.whenReady('room-1');
    // Who got no answer asks again, as a client would.
    const final = await Promise.all(
      people.map((person) =>
        until('it is answered', async () => {
          const { status } = await join(person, room, code);
          return status !== 503 && status;
        }),
      ),
    );
    expect(final.filter((status) => status === 200)).toHaveLength(1);
    const { body } = await owner.api.get<Room>(`/api/rooms/${room.id}`);
    expect(body.room.members).toBe(2);
  });

  it('is made once for one idempotency key', async () => {
    const room = await privateRoom();
    const keyed = owner.api.with({ 'idempotency-key': randomUUID() });
    const path = `/api/rooms/${room.id}/invites`;
    const [first, again] = [await keyed.post<Invite>(path, {}), await keyed.post<Invite>(path, {})];
    expect(again.body.code).toBe(first.body.code);
    await natter.crash('gateway-1');
    expect((await keyed.post<Invite>(path, {})).body.code).toBe(first.body.code);
    expect((await keyed.post<Problem>(path, { uses: 3 })).body.code).toBe('idempotency_mismatch');
    expect(await standing(room)).toHaveLength(1);
  });

  it('of somebody who was removed is over, and a ban is stronger than any', async () => {
    const room = await privateRoom({ members: [guest.id] });
    const theirs = await invite(room, {}, guest);
    const mine = await invite(room);
    await owner.api.delete(`/api/rooms/${room.id}/members/${guest.id}`);
    expect((await join(guest, room, theirs.code)).status).toBe(404);
    await owner.api.delete(`/api/rooms/${room.id}/members/${guest.id}?ban=true`);
    expect((await join(guest, room, mine.code)).body.code).toBe('banned');
    expect((await join(guest, room)).status).toBe(404);
  });
});

describe('a direct conversation', () => {
  const open = (by: Person, user: { id: string }) => by.api.post<Room & Problem>('/api/dms', { user: user.id });

  it('is one for two people, shows each the other, and appears at once', async () => {
    const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
    const socket = await ben.connect(1);
    const made = await open(ann, ben);
    expect([made.status, made.body.room.kind, made.body.room.name]).toEqual([201, 'dm', null]);
    expect(made.body.room.peer).toMatchObject({ id: ben.id, username: ben.username });
    const { id } = made.body.room;
    const { room } = await socket.next('room_added');
    expect(room).toMatchObject({ id, kind: 'dm', members: 2, peer: { id: ann.id } });
    expect(room.title).toContain(ann.username);
    const back = await open(ben, ann);
    expect([back.status, back.body.room.id]).toEqual([200, id]);
    await ann.api.post(`/api/rooms/${id}/messages`, { body: 'psst' });
    await socket.next('message', ({ body }) => body === 'psst');
    const ready = await (await ann.open(0)).hello();
    expect(ready.rooms).toMatchObject([{ id, kind: 'dm', peer: { id: ben.id } }]);
    socket.close();
  });

  it('waits as a notification for who is away', async () => {
    const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
    const { id } = (await open(ann, ben)).body.room;
    await until('ben is told', async () => {
      const { body } = await ben.api.get<{ items: { kind: string; room?: string }[] }>('/api/notifications');
      return body.items.some((item) => item.kind === 'added' && item.room === id);
    });
  });

  it('is one, though both open it at the same instant at two room-services of which one dies', async () => {
    const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
    const both = Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 === 0 ? open(ann, ben) : open(ben, ann))));
    await natter.stack.kill('room-2', 'SIGKILL');
    const ids = (await both).flatMap(({ status, body }) => (status < 300 ? [body.room.id] : []));
    await natter.stack.whenReady('room-2');
    const last = await until('it is answered', async () => {
      const { status, body } = await open(ann, ben);
      return status < 300 && body.room.id;
    });
    expect(new Set([...ids, last]).size).toBe(1);
    for (const person of [ann, ben]) {
      const { body } = await person.api.get<{ items: { id: string }[] }>('/api/rooms');
      expect(body.items.map(({ id }) => id)).toEqual([last]);
    }
  });

  it('is nobody else’s, cannot be left, and can be muted', async () => {
    const { id } = (await open(owner, guest)).body.room;
    for (const path of ['', '/messages', '/members', '/events'])
      expect((await third.api.get(`/api/rooms/${id}${path}`)).status).toBe(404);
    expect((await open(owner, owner)).status).toBe(422);
    expect((await open(owner, { id: randomUUID() })).body).toMatchObject({ status: 404, errors: [{ field: 'user' }] });
    expect((await owner.api.post<Problem>(`/api/rooms/${id}/leave`)).body).toMatchObject({
      status: 403,
      detail: expect.stringContaining('muted'),
    });
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const muted = await owner.api.call('PUT', `/api/rooms/${id}/preferences`, {
      body: { notify: 'all', muted_until: until },
    });
    expect([muted.status, muted.body]).toEqual([200, { notify: 'all', muted_until: until }]);
    const ready = await (await owner.open(1)).hello();
    expect(ready.rooms.find((room) => room.id === id)).toMatchObject({ notify: 'all', muted_until: until });
  });
});

describe('the history', () => {
  it('before one’s joining is shown or not as the room is now, at every door', async () => {
    const room = await owner.createRoom({ history: 'all' });
    await owner.api.post(`/api/rooms/${room.id}/messages`, { body: 'before' });
    const joined = (await guest.join(room.id)).last_seq;
    const socket = await guest.connect(1);
    const seen = async (): Promise<{ rest: number[]; replayed: number[]; synced: unknown }> => {
      const { body } = await guest.api.get<{ items: { seq: number }[] }>(`/api/rooms/${room.id}/events`);
      const from = socket.frames.length;
      const synced = await socket.ask({ type: 'sync', id: randomUUID(), rooms: { [room.id]: 0 } });
      const frames = socket.frames.slice(from);
      const replayed = frames.flatMap((frame) => ('seq' in frame && 'ts' in frame && frame.seq ? [frame.seq] : []));
      const { [room.id]: place } = (synced as unknown as { rooms: Record<string, unknown> }).rooms;
      return { rest: body.items.map(({ seq }) => seq), replayed, synced: place };
    };
    const all = [1, 2, 3];
    expect(await seen()).toEqual({ rest: all, replayed: all, synced: { seq: joined } });
    const change = async (history: string) => {
      await owner.api.patch(`/api/rooms/${room.id}`, { history });
      await socket.next('room', (frame) => frame.room === room.id && frame.history === history);
    };
    await change('since_join');
    expect(await seen()).toEqual({ rest: [3, 4], replayed: [], synced: { seq: 4, reset: true } });
    const again = await guest.open(0);
    await again.hello({ [room.id]: 1 });
    expect(again.events(room.id)).toEqual([]);
    await change('all');
    expect((await seen()).replayed).toEqual([1, 2, 3, 4, 5]);
    socket.close();
    again.close();
  });
});
