// Members and what they may do with one another: roles, adding, removing, bans. And that a removal is exact (P9): whatever has a seq
// above it reaches the removed by no route, on neither gateway, through crashes too.
import { randomUUID } from 'node:crypto';
import type { MemberEvent, Role, RoomDetails, User } from '@natter/contracts/events';
import type { Ban } from '@natter/contracts/members';
import { describe, expect, it } from 'vitest';
import type { Problem } from './harness/api.js';
import { Person } from './harness/person.js';
import { RawSocket, UpgradeRefused } from './harness/raw-socket.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

interface List<Item> {
  items: Item[];
}

const natter = await useSystem({ replicas: { 'room-service': 2 } });
const [owner, admin, member, guest] = await Person.several(natter, ['owner', 'admin', 'member', 'guest']);

/** A room with all but the guest in it. */
async function scene(options: Record<string, unknown> = {}): Promise<RoomDetails> {
  const room = await owner.createRoom({ members: [admin.id, member.id], ...options });
  const { status } = await owner.api.patch(`/api/rooms/${room.id}/members/${admin.id}`, { role: 'admin' });
  expect(status).toBe(200);
  return room;
}

const remove = (by: Person, room: RoomDetails, who: Person, query = '') =>
  by.api.delete<Problem>(`/api/rooms/${room.id}/members/${who.id}${query}`);
const setRole = (by: Person, room: RoomDetails, who: Person, role: string) =>
  by.api.patch<Problem>(`/api/rooms/${room.id}/members/${who.id}`, { role });
const add = (by: Person, room: RoomDetails, who: { id: string }) =>
  by.api.post<Problem>(`/api/rooms/${room.id}/members`, { user: who.id });
const post = (by: Person, room: RoomDetails, body = 'hello') =>
  by.api.post<{ seq: number } & Problem>(`/api/rooms/${room.id}/messages`, { body, id: randomUUID() });

/** The member events of a room that a socket has, as [change, user, role]. */
const moves = (socket: RawSocket, room: RoomDetails): [string, string, Role | null][] =>
  socket
    .events(room.id)
    .filter((event): event is MemberEvent => event.type === 'member')
    .map(({ change, user, role }) => [change, user.id, role]);

describe('roles', () => {
  it('are given by the owner, live for everybody, and carry what they allow', async () => {
    const room = await scene();
    const socket = await member.connect(1);
    expect((await setRole(admin, room, member, 'admin')).body).toMatchObject({
      code: 'forbidden',
      detail: expect.stringContaining('only the owner'),
    });
    expect((await setRole(owner, room, member, 'admin')).status).toBe(200);
    await until('the event has come', () => moves(socket, room).length > 0);
    expect(moves(socket, room)).toEqual([['role', member.id, 'admin']]);
    expect((await member.api.patch(`/api/rooms/${room.id}`, { title: 'by an admin' })).status).toBe(200);
    expect((await socket.next('room', ({ title }) => title === 'by an admin')).by.id).toBe(member.id);
    socket.close();
  });

  it('hand the room over: one owner before, one after, and the old one may leave', async () => {
    const room = await scene();
    expect((await setRole(owner, room, owner, 'admin')).body.code).toBe('owner_must_transfer');
    expect((await setRole(owner, room, member, 'owner')).body).toMatchObject({ member: { role: 'owner' } });
    const { body } = await admin.api.get<List<{ user: User; role: Role }>>(`/api/rooms/${room.id}/members`);
    expect(Object.fromEntries(body.items.map(({ user, role }) => [user.id, role]))).toEqual({
      [owner.id]: 'admin',
      [admin.id]: 'admin',
      [member.id]: 'owner',
    });
    expect((await owner.api.post(`/api/rooms/${room.id}/leave`)).status).toBe(204);
    expect((await member.api.post<Problem>(`/api/rooms/${room.id}/leave`)).body.code).toBe('owner_must_transfer');
    const seen = await admin.api.get<{ room: RoomDetails }>(`/api/rooms/${room.id}`);
    expect(seen.body.room).toMatchObject({ owner: member.id, members: 2 });
  });
});

describe('adding', () => {
  it('shows the room at once to who is there, and tells who is away', async () => {
    const room = await scene({ visibility: 'private' });
    const socket = await guest.connect(1);
    expect((await add(member, room, guest)).status).toBe(201);
    const { room: shown } = await socket.next('room_added', (frame) => frame.room.id === room.id);
    expect(shown).toMatchObject({ role: 'member', visibility: 'private', members: 4 });
    const { seq } = (await post(owner, room)).body;
    expect((await socket.next('message', (frame) => frame.room === room.id)).seq).toBe(seq);
    expect(shown.last_seq).toBe(seq - 1);
    expect((await add(member, room, guest)).status).toBe(200);
    const away = await Person.register(natter, 'away');
    expect((await add(member, room, away)).status).toBe(201);
    await until('they are told', async () => {
      const { body } = await away.api.get<List<{ kind: string; room?: string }>>('/api/notifications');
      return body.items.some((item) => item.kind === 'added' && item.room === room.id);
    });
    socket.close();
  });

  it('is for admins where members may not, and says so', async () => {
    const room = await scene({ members_can_invite: false });
    expect((await add(member, room, guest)).body).toMatchObject({
      code: 'forbidden',
      detail: expect.stringContaining('only admins'),
    });
    expect((await add(admin, room, guest)).status).toBe(201);
    expect((await add(admin, room, { id: randomUUID() })).body).toMatchObject({
      code: 'not_found',
      errors: [{ field: 'user', code: 'not_found' }],
    });
  });
});

describe('a removed member', () => {
  it.each([
    ['kicked', ''],
    ['banned', '?ban=true'],
  ] as const)('who is %s in the middle of a talk gets that event, and nothing after it', async (change, query) => {
    const room = await scene();
    const sockets = [await member.connect(0), await member.connect(1)];
    const plain = await RawSocket.open(`${natter.socketUrl(1)}/${room.id}`, { token: member.token, protocols: [] });
    const speaker = await owner.connect(0);
    const over = new AbortController();
    const talk = (async () => {
      while (!over.signal.aborted) await speaker.say(room.id, 'on and on');
    })();
    await until('everybody hears it', () => [...sockets, plain].every((one) => one.events(room.id).length > 20));
    expect((await remove(admin, room, member, query)).status).toBe(204);
    for (const socket of sockets) {
      expect((await socket.next('room_removed', (frame) => frame.room === room.id)).reason).toBe(change);
    }
    expect((await plain.end()).code).toBe(4404);
    const told = await speaker.next('member', (frame) => frame.change === change && frame.room === room.id);
    const after = await speaker.say(room.id, 'they are gone');
    expect(after.type === 'ack' && after.seq).toBeGreaterThan(told.seq);
    over.abort();
    await talk;
    // A ping's answer comes behind everything that was on its way.
    for (const socket of sockets) await socket.ask({ type: 'ping', id: 'last' });
    for (const socket of [...sockets, plain]) {
      const seqs = socket.events(room.id).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, i) => (seqs[0] ?? 0) + i));
      expect(seqs.at(-1)).toBe(told.seq);
    }
    for (const path of ['messages', 'events', 'members', 'bans'])
      expect((await member.api.get<Problem>(`/api/rooms/${room.id}/${path}`)).body.code).toBe('not_member');
    expect(await sockets[0]!.say(room.id, 'one more')).toMatchObject({ type: 'error', code: 'not_member' });
    const synced = await sockets[1]!.ask({ type: 'sync', id: 'again', rooms: { [room.id]: 1 } });
    expect(synced).toMatchObject({ rooms: { [room.id]: { gone: true } } });
    for (const socket of [...sockets, speaker]) socket.close();
  });

  it('who was away hears nothing of it in hello, notifications or search', async () => {
    const room = await scene({ visibility: 'private' });
    await post(owner, room, 'before');
    await remove(owner, room, member);
    await post(owner, room, 'after');
    const socket = await member.open(1);
    await socket.hello({ [room.id]: 1 });
    expect(socket.events(room.id)).toEqual([]);
    expect(socket.all('ready')[0]?.rooms.some(({ id }) => id === room.id)).toBe(false);
    expect(socket.all('synced')[0]?.rooms).toEqual({ [room.id]: { gone: true } });
    const { body } = await member.api.get<List<{ id: string }>>(`/api/search/rooms?q=${room.name}`);
    expect(body.items).toEqual([]);
    const pending = await member.api.get<List<{ room?: string }>>('/api/notifications');
    expect(pending.body.items.filter((item) => item.room === room.id)).toEqual([]);
    socket.close();
  });

  it('may come back where they are not banned, and goes on from there', async () => {
    const room = await scene();
    const socket = await member.connect(0);
    await remove(owner, room, member);
    await socket.next('room_removed');
    await post(owner, room, 'unheard');
    const back = await member.join(room.id);
    const { room: shown } = await socket.next('room_added', (frame) => frame.room.id === room.id);
    expect(shown.last_seq).toBe(back.last_seq);
    const { seq } = (await post(owner, room, 'heard')).body;
    await socket.next('message', (frame) => frame.seq === seq && frame.room === room.id);
    expect(socket.events(room.id).some((event) => event.type === 'message' && event.body === 'unheard')).toBe(false);
    socket.close();
  });

  it('is removed once and exactly when the room-service dies in the middle', async () => {
    const room = await scene();
    const [socket, speaker] = [await member.connect(1), await owner.connect(0)];
    for (let i = 0; i < 5; i += 1) await speaker.say(room.id, `before ${i}`);
    const [answer] = await Promise.all([
      remove(owner, room, member, '?ban=true'),
      natter.stack.kill('room-1', 'SIGKILL'),
    ]);
    expect([204, 503]).toContain(answer.status);
    await natter.stack.whenReady('room-1');
    // Whatever became of the first: asked again, it is done, and done once.
    await until('the ban is answered', async () => (await remove(owner, room, member, '?ban=true')).status === 204);
    expect((await socket.next('room_removed', (frame) => frame.room === room.id)).reason).toBe('banned');
    await until('sends work again', async () => (await speaker.say(room.id, 'after')).type === 'ack');
    await until('everybody has caught up', () => speaker.all('message').some(({ body }) => body === 'after'));
    const bans = moves(speaker, room).filter(([change]) => change === 'banned');
    expect(bans).toHaveLength(1);
    await socket.ask({ type: 'ping', id: 'last' });
    expect(socket.events(room.id).at(-1)).toMatchObject({ type: 'member', change: 'banned', user: { id: member.id } });
    socket.close();
    speaker.close();
  });

  it('is removed also when nobody was told of it', async () => {
    const room = await scene();
    const socket = await member.connect(1);
    // As if the one who wrote it had died before saying so.
    const seq = (await post(owner, room)).body.seq + 1;
    await socket.next('message', (frame) => frame.room === room.id && frame.seq === seq - 1);
    await natter.query(
      'natter_rooms',
      `WITH gone AS (DELETE FROM members WHERE room = $1 AND usr = $2),
            one AS (UPDATE rooms SET members = members - 1 WHERE id = $1),
            head AS (UPDATE heads SET last_seq = $3 WHERE room = $1 RETURNING last_ts)
       INSERT INTO log (room, seq, type, ts, sender, payload)
       SELECT $1, $3, 'member', last_ts, $4, $5 FROM head`,
      [
        room.id,
        member.id,
        seq,
        owner.id,
        JSON.stringify({
          user: { id: member.id, username: member.username, display_name: '', avatar: null },
          change: 'kicked',
          role: null,
          by: { id: owner.id, username: owner.username, display_name: '', avatar: null },
        }),
      ],
    );
    const next = await post(owner, room, 'not for them');
    expect(next.body.seq).toBe(seq + 1);
    expect((await socket.next('room_removed', (frame) => frame.room === room.id)).reason).toBe('kicked');
    await socket.ask({ type: 'ping', id: 'last' });
    expect(socket.events(room.id).at(-1)?.seq).toBe(seq);
    socket.close();
  });
});

describe('a ban', () => {
  it('keeps out by every door until it is lifted', async () => {
    const room = await scene();
    await remove(admin, room, guest, '?ban=true');
    expect((await guest.api.post<Problem>(`/api/rooms/${room.id}/join`)).body.code).toBe('banned');
    expect((await add(owner, room, guest)).body).toMatchObject({ code: 'banned', status: 403 });
    for (const path of [room.id, `chat/${room.name}`]) {
      const refused = RawSocket.open(`${natter.socketUrl(0)}/${path}`, { token: guest.token, protocols: [] });
      await expect(refused).rejects.toMatchObject({ status: 403 } satisfies Partial<UpgradeRefused>);
    }
    const { body } = await admin.api.get<List<Ban>>(`/api/rooms/${room.id}/bans`);
    expect(body.items.map(({ user, by }) => [user.id, by.id])).toEqual([[guest.id, admin.id]]);
    const path = `/api/rooms/${room.id}/bans/${guest.id}`;
    expect((await member.api.delete<Problem>(path)).body.code).toBe('forbidden');
    expect((await admin.api.delete(path)).status).toBe(204);
    expect((await admin.api.delete(path)).status).toBe(404);
    expect((await guest.join(room.id)).role).toBe('member');
  });

  it('is nothing that an owner can be given, by anybody', async () => {
    const room = await scene();
    for (const by of [admin, owner])
      for (const query of ['', '?ban=true'])
        expect((await remove(by, room, owner, query)).body).toMatchObject({
          code: 'forbidden',
          detail: expect.stringContaining('nobody removes the owner'),
        });
  });
});
