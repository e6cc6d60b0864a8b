// Rooms by REST: who may make, see, change, enter, leave and delete one, and that outsiders learn nothing (P10, P14).
import { randomUUID } from 'node:crypto';
import type { RoomDetails, RoomView, User } from '@natter/contracts/events';
import { describe, expect, it } from 'vitest';
import type { Answer, Problem } from './harness/api.js';
import { freshName, Person } from './harness/person.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

interface Room {
  room: RoomDetails;
}
interface List<Item> {
  items: Item[];
  next: string | null;
}

const natter = await useSystem();
const [owner, guest, stranger] = await Person.several(natter, ['owner', 'guest', 'stranger']);

/** The answer's body without what may differ from one request to the next. */
const withoutRequestId = ({ status, text }: Answer<unknown>): string =>
  `${status} ${text.replace(/"request_id":"[^"]*"/, '"request_id":""')}`;

describe('a room', () => {
  it('is created with what was asked for and its maker as owner', async () => {
    const name = freshName('made');
    const wanted = { name, title: 'Tea & talk', topic: 'anything', visibility: 'private', history: 'since_join' };
    const made = await owner.api.post<Room>('/api/rooms', { ...wanted, members_can_invite: false });
    expect(made.status).toBe(201);
    expect(made.body.room).toMatchObject({ ...wanted, members_can_invite: false, owner: owner.id, role: 'owner' });
    expect(made.body.room).toMatchObject({ kind: 'room', members: 1, unread: 0, mentions: 0, notify: 'all' });
    expect(Date.parse(made.body.room.created_at)).not.toBeNaN();
  });

  it('is public, shows all history and lets members invite unless its maker says otherwise', async () => {
    const room = await owner.createRoom();
    expect(room).toMatchObject({ visibility: 'public', history: 'all', members_can_invite: true, topic: '' });
  });

  it('is found by id and by name, whatever the case of the name', async () => {
    const room = await owner.createRoom({ name: freshName('MiXed') });
    expect(room.name).toBe(room.name?.toLowerCase());
    for (const ref of [room.id, room.name, room.name?.toUpperCase()]) {
      const { body } = await owner.api.get<Room>(`/api/rooms/${ref}`);
      expect(body.room.id).toBe(room.id);
    }
  });

  it('has a name nobody else has', async () => {
    const room = await owner.createRoom();
    const again = await guest.api.post<Problem>('/api/rooms', { name: room.name?.toUpperCase() });
    expect([again.status, again.body.code]).toEqual([409, 'name_taken']);
  });

  it.each(['a', '-lead', 'sp ace', 'ümlaut', 'x'.repeat(65), randomUUID(), ''])(
    'is not created with the name %j',
    async (name) => {
      const { status } = await owner.api.post<Problem>('/api/rooms', { name });
      expect([400, 422]).toContain(status);
    },
  );

  it('is created once for one idempotency key, and the key is not good for another body', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const body = { name: freshName('once') };
    const first = await owner.api.with(key).post<Room>('/api/rooms', body);
    const again = await owner.api.with(key).post<Room>('/api/rooms', body);
    expect([again.status, again.body.room.id]).toEqual([201, first.body.room.id]);
    const other = await owner.api.with(key).post<Problem>('/api/rooms', { name: freshName('other') });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch']);
  });

  it('takes the members named at its making', async () => {
    const room = await owner.createRoom({ visibility: 'private', members: [guest.id] });
    const { status, body } = await guest.api.get<Room>(`/api/rooms/${room.id}`);
    expect([status, body.room.role, body.room.members]).toEqual([200, 'member', 2]);
  });

  it('is changed by its owner and by no mere member', async () => {
    const room = await owner.createRoom();
    await guest.join(room.id);
    const renamed = freshName('renamed');
    const changed = await owner.api.patch<Room>(`/api/rooms/${room.id}`, { title: 'New', topic: 'all', name: renamed });
    expect([changed.status, changed.body.room.title, changed.body.room.name]).toEqual([200, 'New', renamed]);
    const refused = await guest.api.patch<Problem>(`/api/rooms/${room.id}`, { title: 'Mine' });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    const { body } = await guest.api.get<List<{ type: string }>>(`/api/rooms/${room.id}/events`);
    expect(body.items.map(({ type }) => type)).toContain('room');
  });

  it('is deleted by its owner only, with its messages, and its name is free again', async () => {
    const room = await owner.createRoom();
    await guest.join(room.id);
    await owner.api.post(`/api/rooms/${room.id}/messages`, { body: 'soon gone' });
    const refused = await guest.api.delete<Problem>(`/api/rooms/${room.id}`);
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    expect((await owner.api.delete(`/api/rooms/${room.id}`)).status).toBe(204);
    for (const path of ['', '/messages', '/events', '/members'])
      expect((await owner.api.get(`/api/rooms/${room.id}${path}`)).status).toBe(404);
    await until('its rows are gone', async () => {
      const rows = await natter.query('natter_rooms', 'SELECT 1 FROM log WHERE room = $1', [room.id]);
      return rows.length === 0;
    });
    const anew = await guest.createRoom({ name: room.name });
    expect(anew.last_seq).toBeLessThan(3);
  });
});

describe('a member', () => {
  it('joins a public room once, however often', async () => {
    const room = await owner.createRoom();
    const joined = await guest.join(room.id);
    const again = await guest.join(room.id);
    expect([joined.role, joined.members, again.last_seq]).toEqual(['member', 2, joined.last_seq]);
  });

  it('finds the room among their own and leaves it again', async () => {
    const room = await owner.createRoom();
    await guest.join(room.id);
    const mine = async (): Promise<boolean> => {
      const { body } = await guest.api.get<List<RoomView>>('/api/rooms?limit=100');
      return body.items.some(({ id }) => id === room.id);
    };
    expect(await mine()).toBe(true);
    expect((await guest.api.post(`/api/rooms/${room.id}/leave`)).status).toBe(204);
    expect(await mine()).toBe(false);
    const { body } = await owner.api.get<List<{ type: string; change?: string }>>(`/api/rooms/${room.id}/events`);
    expect(body.items.at(-1)).toMatchObject({ type: 'member', change: 'left' });
  });

  it('cannot leave while owning it', async () => {
    const room = await owner.createRoom();
    const { status, body } = await owner.api.post<Problem>(`/api/rooms/${room.id}/leave`);
    expect([status, body.code]).toEqual([409, 'owner_must_transfer']);
  });

  it('stands in the list of members with role and cursors', async () => {
    const room = await owner.createRoom();
    await guest.join(room.id);
    const { body } = await guest.api.get<List<{ user: User; role: string; joined_seq: number; read: number }>>(
      `/api/rooms/${room.id}/members`,
    );
    const roles = Object.fromEntries(body.items.map(({ user, role }) => [user.username, role]));
    expect(roles).toEqual({ [owner.username]: 'owner', [guest.username]: 'member' });
    for (const item of body.items) expect(item.joined_seq).toBeGreaterThan(0);
  });
});

describe('the lists', () => {
  it('come in pages that together hold everything once', async () => {
    const collector = await Person.register(natter, 'collector');
    const rooms = await Promise.all(Array.from({ length: 5 }, () => collector.createRoom()));
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Answer<List<RoomView>> = await collector.api.get(
        `/api/rooms?limit=2${cursor && `&cursor=${cursor}`}`,
      );
      found.push(...page.body.items.map(({ id }) => id));
      cursor = page.body.next && encodeURIComponent(page.body.next);
    }
    expect(found.sort()).toEqual(rooms.map(({ id }) => id).sort());
  });

  it('of search hold public rooms and one’s own, by name or title, matched literally', async () => {
    const word = freshName('w').replaceAll('-', '');
    const open = await owner.createRoom({ name: `${word}-open` });
    const titled = await owner.createRoom({ title: `100% ${word}_x` });
    const hidden = await owner.createRoom({ name: `${word}-hidden`, visibility: 'private' });
    const search = async (person: Person, query: string): Promise<string[]> => {
      const path = `/api/search/rooms?q=${encodeURIComponent(query)}`;
      return (await person.api.get<List<RoomView>>(path)).body.items.map(({ id }) => id).sort();
    };
    expect(await search(guest, word)).toEqual([open.id, titled.id].sort());
    expect(await search(owner, word)).toEqual([open.id, titled.id, hidden.id].sort());
    expect(await search(guest, `100% ${word}_`)).toEqual([titled.id]);
    expect(await search(guest, `${word}%open`)).toEqual([]);
    expect(await search(guest, `${word}_open`)).toEqual([]);
  });
});

describe('an outsider', () => {
  const calls: [method: string, path: string, body?: object][] = [
    ['GET', ''],
    ['PATCH', '', { title: 'x' }],
    ['DELETE', ''],
    ['POST', '/join'],
    ['POST', '/leave'],
    ['GET', '/members'],
    ['POST', '/members', { user: randomUUID() }],
    ['DELETE', `/members/${owner.id}`],
    ['DELETE', `/members/${guest.id}?ban=true`],
    ['PATCH', `/members/${owner.id}`, { role: 'member' }],
    ['GET', '/bans'],
    ['DELETE', `/bans/${guest.id}`],
    ['POST', '/join', { invite: 'x'.repeat(22) }],
    ['GET', '/invites'],
    ['POST', '/invites', {}],
    ['DELETE', `/invites/${'x'.repeat(22)}`],
    ['PUT', '/preferences', { notify: 'none' }],
    ['GET', '/messages'],
    ['GET', '/events'],
    ['POST', '/messages', { body: 'hello?' }],
  ];

  it.each(calls)('cannot tell a private room from none: %s /api/rooms/{room}%s', async (method, path, body) => {
    const hidden = await owner.createRoom({ visibility: 'private' });
    const call = async (ref: string): Promise<string> =>
      withoutRequestId(await stranger.api.call(method, `/api/rooms/${ref}${path}`, { body }));
    const byId = await call(hidden.id);
    expect(byId.startsWith('404 ')).toBe(true);
    expect(byId).toBe(await call(randomUUID()));
    expect(await call(hidden.name ?? '')).toBe(await call(freshName('room')));
  });

  it('of a public room sees what it is, and does not read it', async () => {
    const room = await owner.createRoom();
    const { status, body } = await stranger.api.get<Room>(`/api/rooms/${room.id}`);
    expect([status, body.room.role]).toEqual([200, null]);
    const messages = await stranger.api.get<Problem>(`/api/rooms/${room.id}/messages`);
    expect([messages.status, messages.body.code]).toEqual([403, 'not_member']);
  });

  it('who is not signed in gets 401', async () => {
    const { status, body } = await natter.api.get<Problem>('/api/rooms');
    expect([status, body.code]).toEqual([401, 'unauthenticated']);
  });
});
