// Rooms, members, history, search, notifications: what goes to which service, and what comes back.
import { randomUUID } from 'node:crypto';
import { getOwnUsers, getUser } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { createInvite, listInvites, revokeInvite } from '@natter/contracts/invites';
import { addMember, liftBan, listBans, removeMember, setPreferences, setRole } from '@natter/contracts/members';
import { listEvents, listMessages, searchMessages } from '@natter/contracts/messages';
import { ackNotifications, listNotifications } from '@natter/contracts/notifications';
import {
  createRoom,
  deleteRoom,
  getRoom,
  joinRoom,
  leaveRoom,
  listMembers,
  listMyRooms,
  openDm,
  patchRoom,
  searchRooms,
  searchUsers,
} from '@natter/contracts/rooms';
import { getPresence, listInstances } from '@natter/contracts/sessions';
import { listMemberships } from '@natter/contracts/rooms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, callAs, originOfTests, startTestGateway, type TestGateway } from '../testing/test-gateway.js';

let gateway: TestGateway;
const actor = randomUUID();
const room = randomUUID();
const page = { items: [], next: null };

beforeAll(async () => {
  gateway = await startTestGateway();
  const { services } = gateway;
  services.answer(createRoom, ({ name }) => ({ room: { id: randomUUID(), name } }));
  for (const call of [getRoom, patchRoom, joinRoom]) services.answer(call, () => ({ room: { id: room } }));
  for (const call of [deleteRoom, leaveRoom, ackNotifications]) services.answer(call, () => ({}));
  for (const call of [listMyRooms, searchRooms, searchUsers, searchMessages]) services.answer(call, () => page);
  services.answer(listNotifications, () => ({ ...page, count: 0 }));
  for (const call of [listMessages, listEvents]) services.answer(call, () => ({ items: [], last_seq: 7, more: false }));
});
afterAll(() => gateway.stop());

const call: Call = (...request) => callAs(gateway, actor)(...request);

describe('the room-service', () => {
  it('is asked for what the path, the query and the body say, in the name of the caller', async () => {
    const { services } = gateway;
    expect((await call('GET', 'rooms?limit=2&cursor=c')).body).toEqual(page);
    expect(services.of(listMyRooms).at(-1)).toEqual({ actor, limit: 2, cursor: 'c' });
    expect((await call('GET', 'rooms/General')).body).toEqual({ room: { id: room } });
    expect(services.of(getRoom).at(-1)).toEqual({ actor, room: 'general' });
    expect((await call('PATCH', `rooms/${room.toUpperCase()}`, { title: 'New', actor: 'me', room: 'x' })).status).toBe(
      200,
    );
    expect(services.of(patchRoom).at(-1)).toEqual({ actor, room, title: 'New' });
    expect((await call('DELETE', 'rooms/general')).status).toBe(204);
    expect((await call('POST', 'rooms/general/join')).status).toBe(200);
    expect((await call('POST', 'rooms/general/join', { invite: 'x' })).status).toBe(200);
    expect(services.of(joinRoom).at(-1)).toEqual({ actor, room: 'general', invite: 'x' });
    expect((await call('POST', 'rooms/general/join', { invite: 7 })).status).toBe(400);
    expect((await call('POST', 'rooms/general/leave')).status).toBe(204);
    expect((await call('GET', 'search/rooms?q=100%25')).status).toBe(200);
    expect(services.of(searchRooms).at(-1)).toEqual({ actor, q: '100%', limit: 50 });
    expect((await call('GET', 'search/users?q=A&limit=2')).body).toEqual(page);
    expect(services.of(searchUsers).at(-1)).toEqual({ actor, q: 'A', limit: 2 });
    expect((await call('GET', `search/messages?q=%25_*&room=General&from=${room}&limit=3`)).body).toEqual(page);
    expect(services.of(searchMessages).at(-1)).toEqual({ actor, q: '%_*', room: 'general', from: room, limit: 3 });
    expect((await call('GET', 'rooms/general/messages?before=5&limit=3')).body).toEqual({
      items: [],
      last_seq: 7,
      more: false,
    });
    expect(services.of(listMessages).at(-1)).toEqual({ actor, room: 'general', before: 5, limit: 3 });
    expect((await call('GET', 'rooms/general/events')).status).toBe(200);
    expect(services.of(listEvents).at(-1)).toEqual({ actor, room: 'general', after: 0, limit: 50 });
  });

  it.each([
    'rooms?limit=0',
    'search/messages',
    'search/messages?q=x&before_ts=yesterday',
    'search/messages?q=x&from=ann',
    'rooms?limit=abc',
    'rooms/x1/messages?before=1&after=1',
    'rooms/x1/messages?after=',
    'rooms/x1/events?after=-1',
    'search/rooms',
    'search/rooms?q=',
    'rooms?limit=1&limit=2',
    'notifications?limit=1000',
  ])('is not asked when the query is wrong: %s', async (path) => {
    expect(await call('GET', path)).toMatchObject({ status: 422, body: { code: 'invalid' } });
  });

  it('says what a caller may not know in the words of what does not exist', async () => {
    const say = (details: object) => () => {
      throw new NatterError('not_found', details);
    };
    const seen = async () => {
      const { status, text } = await call('GET', 'rooms/hidden');
      return `${status} ${text.replace(/"request_id":"[^"]*"/, '')}`;
    };
    gateway.services.answer(getRoom, say({ detail: 'private, and you are no member' }));
    const hidden = await seen();
    gateway.services.answer(getRoom, say({}));
    expect(await seen()).toBe(hidden);
    const { status, text } = await call('GET', 'rooms/n%00pe');
    expect(`${status} ${text.replace(/"request_id":"[^"]*"/, '')}`).toBe(hidden);
  });

  it('has its refusals told as they are', async () => {
    gateway.services.answer(joinRoom, () => {
      throw new NatterError('banned');
    });
    expect(await call('POST', 'rooms/general/join')).toMatchObject({ status: 403, body: { code: 'banned' } });
  });
});

describe('creating a room', () => {
  it('with a key is done once, and the key is not good for another room', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const [first, again] = await Promise.all([
      call('POST', 'rooms', { name: 'once' }, key),
      call('POST', 'rooms', { name: 'once' }, key),
    ]);
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body]);
    expect(await call('POST', 'rooms', { name: 'other' }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_mismatch' },
    });
  });

  it('with a key that a gateway before this one has seen finds the room that is there', async () => {
    const made = new Map<unknown, unknown>();
    gateway.services.answer(createRoom, ({ id, name }) => {
      if (!made.has(id)) made.set(id, { id, name });
      return { room: made.get(id) };
    });
    const key = { 'idempotency-key': randomUUID() };
    const first = await call('POST', 'rooms', { name: 'once' }, key);
    const other = await startTestGateway(gateway.nats.env('gateway'));
    const again = (name: string) =>
      fetch(`${other.url}/api/rooms`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.token(actor)}`, 'content-type': 'application/json', ...key },
        body: JSON.stringify({ name }),
      }).then(async (response) => [response.status, await response.json()]);
    expect(await again('other')).toMatchObject([422, { code: 'idempotency_mismatch' }]);
    expect(await again('once')).toEqual([201, first.body]);
    await other.stop();
  });

  it('with a key that is none is invalid', async () => {
    for (const key of ['', 'x'.repeat(65), 'a b'])
      expect(await call('POST', 'rooms', { name: 'once' }, { 'idempotency-key': key }), key).toMatchObject({
        status: 422,
        body: { code: 'invalid' },
      });
  });
});

describe('members', () => {
  const [here, gone] = [randomUUID(), randomUUID()];

  it('are listed with who is there now', async () => {
    gateway.services.answer(listMembers, () => ({
      items: [{ user: { id: here } }, { user: { id: gone } }],
      next: 'n',
    }));
    gateway.services.answer(getPresence, () => ({ items: [{ user: here, status: 'online', last_seen: null }] }));
    expect((await call('GET', 'rooms/general/members')).body).toEqual({
      items: [
        { user: { id: here }, status: 'online' },
        { user: { id: gone }, status: 'offline' },
      ],
      next: 'n',
    });
  });

  it('are added, removed, banned and given roles as the request says', async () => {
    const { services } = gateway;
    const member = { user: { id: here }, role: 'member', joined_seq: 4, read: 4, delivered: 4 };
    let added = true;
    services.answer(addMember, () => ({ member, added }));
    services.answer(setRole, ({ role }) => ({ member: { ...member, role } }));
    for (const call of [removeMember, liftBan]) services.answer(call, () => ({}));
    services.answer(listBans, () => page);
    const shown = { member: { ...member, status: 'online' } };
    expect(await call('POST', 'rooms/general/members', { user: here })).toMatchObject({ status: 201, body: shown });
    added = false;
    expect(await call('POST', 'rooms/general/members', { user: here })).toMatchObject({ status: 200, body: shown });
    expect(services.of(addMember).at(-1)).toEqual({ actor, room: 'general', user: here });
    expect((await call('PATCH', `rooms/general/members/${here}`, { role: 'admin' })).body).toMatchObject({
      member: { role: 'admin', status: 'online' },
    });
    for (const [query, ban] of [
      ['', false],
      ['?ban=false', false],
      ['?ban=true', true],
    ] as const) {
      expect((await call('DELETE', `rooms/general/members/${here.toUpperCase()}${query}`)).status).toBe(204);
      expect(services.of(removeMember).at(-1)).toEqual({ actor, room: 'general', user: here, ban });
    }
    expect((await call('GET', 'rooms/general/bans?limit=3')).body).toEqual(page);
    expect(services.of(listBans).at(-1)).toEqual({ actor, room: 'general', limit: 3 });
    expect((await call('DELETE', `rooms/general/bans/${here}`)).status).toBe(204);
    expect(services.of(liftBan).at(-1)).toEqual({ actor, room: 'general', user: here });
  });

  it('set how they want to be told', async () => {
    gateway.services.answer(setPreferences, ({ notify, muted_until = null }) => ({ notify, muted_until }));
    const until = '2030-01-01T00:00:00+02:00';
    const set = (body: object) => call('PUT', 'rooms/general/preferences', body);
    expect(await set({ notify: 'mentions' })).toMatchObject({
      status: 200,
      body: { notify: 'mentions', muted_until: null },
    });
    expect((await set({ notify: 'all', muted_until: until })).status).toBe(200);
    expect(gateway.services.of(setPreferences).at(-1)).toEqual({
      actor,
      room: 'general',
      notify: 'all',
      muted_until: until,
    });
    for (const body of [{}, { notify: 3 }, { notify: 'all', muted_until: 5 }])
      expect((await set(body)).status).toBe(400);
    for (const muted_until of ['tomorrow', '0000-01-01T00:00:00Z', '9999-12-31T23:59:59-23:00', ''])
      expect((await set({ notify: 'all', muted_until })).status, muted_until).toBe(422);
    expect((await set({ notify: 'sometimes' })).status).toBe(422);
  });

  it('are not touched by a request of the wrong shape', async () => {
    const asked = gateway.services.of(removeMember).length;
    expect((await call('DELETE', `rooms/general/members/${here}?ban=yes`)).status).toBe(422);
    expect((await call('DELETE', 'rooms/general/members/bob')).status).toBe(404);
    expect((await call('POST', 'rooms/general/members', {})).status).toBe(400);
    expect((await call('POST', 'rooms/general/members', { user: 'bob' })).status).toBe(422);
    expect((await call('PATCH', `rooms/general/members/${here}`, { role: 'king' })).status).toBe(422);
    expect(gateway.services.of(removeMember)).toHaveLength(asked);
  });

  it('are all offline while the session-service is away', async () => {
    gateway.services.away(getPresence);
    const { status, body } = await call('GET', 'rooms/general/members');
    expect([status, body]).toMatchObject([200, { items: [{ status: 'offline' }, { status: 'offline' }] }]);
  });
});

describe('a user', () => {
  const user = { id: randomUUID(), username: 'ada', display_name: 'Ada', avatar: null };

  it('is shown with presence, and the later of the times at which they were seen', async () => {
    const { services } = gateway;
    const [early, late] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
    services.answer(getUser, () => ({ user, last_seen: early }));
    services.answer(getPresence, () => ({ items: [{ user: user.id, status: 'away', last_seen: late }] }));
    const { status, body } = await call('GET', `users/${user.id.toUpperCase()}`);
    expect([status, body]).toEqual([200, { user, status: 'away', last_seen: late }]);
    expect(services.of(getUser).at(-1)).toEqual({ user: user.id });
    services.away(getPresence);
    expect((await call('GET', `users/${user.id}`)).body).toEqual({ user, status: 'offline', last_seen: early });
    services.answer(getUser, () => ({ user, last_seen: null }));
    expect((await call('GET', `users/${user.id}`)).body).toEqual({ user, status: 'offline', last_seen: null });
  });

  it('that does not exist, or cannot, is not found', async () => {
    gateway.services.answer(getUser, () => {
      throw new NatterError('not_found');
    });
    for (const path of [randomUUID(), 'ada'])
      expect((await call('GET', `users/${path}`)).body).toMatchObject({ status: 404, code: 'not_found' });
  });
});

describe('invites', () => {
  const invite = { code: 'A'.repeat(22), by: { id: randomUUID() }, expires_at: 'then', uses: null, used: 0 };

  it('come with a link to the room by its id, at the origin of the caller', async () => {
    const { services } = gateway;
    services.answer(createInvite, ({ uses }) => ({ room, invite: { ...invite, uses } }));
    services.answer(listInvites, () => ({ room, items: [invite], next: null }));
    services.answer(revokeInvite, () => ({}));
    const url = `${originOfTests}/chat/${room}?invite=${invite.code}`;
    const made = await call('POST', 'rooms/general/invites', {});
    expect(made).toMatchObject({ status: 201, body: { ...invite, url } });
    expect(services.of(createInvite).at(-1)).toEqual({ actor, room: 'general', expires_in: 604_800, uses: null });
    expect((await call('GET', 'rooms/general/invites')).body).toEqual({ items: [{ ...invite, url }], next: null });
    expect((await call('DELETE', `rooms/general/invites/${invite.code}`)).status).toBe(204);
    expect(services.of(revokeInvite).at(-1)).toEqual({ actor, room: 'general', code: invite.code });
    expect((await call('DELETE', 'rooms/general/invites/nonsense')).status).toBe(404);
  });

  it('with a key are made once, and the key is not good for another', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const asked = gateway.services.of(createInvite).length;
    const first = await call('POST', 'rooms/general/invites', { uses: 1 }, key);
    expect(await call('POST', 'rooms/general/invites', { uses: 1 }, key)).toMatchObject({
      status: 201,
      body: first.body,
    });
    expect(await call('POST', 'rooms/general/invites', { uses: 2 }, key)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_mismatch' },
    });
    expect(gateway.services.of(createInvite)).toHaveLength(asked + 1);
    expect(gateway.services.of(createInvite).at(-1)).toMatchObject({ id: expect.stringMatching(/^[0-9a-f-]{36}$/) });
  });

  it.each([{ expires_in: 0 }, { expires_in: 40_000_000 }, { uses: 0 }, { uses: 1e9 }, { uses: 1.5 }])(
    'are not made with %j',
    async (body) => {
      expect((await call('POST', 'rooms/general/invites', body)).status).toBeOneOf([400, 422]);
    },
  );
});

describe('a direct conversation', () => {
  it('is 201 when it is new, and 200 when it was there', async () => {
    let created = true;
    gateway.services.answer(openDm, () => ({ room: { id: room }, created }));
    const user = randomUUID();
    expect(await call('POST', 'dms', { user })).toMatchObject({ status: 201, body: { room: { id: room } } });
    expect(gateway.services.of(openDm).at(-1)).toEqual({ actor, user });
    const key = { 'idempotency-key': randomUUID() };
    expect((await call('POST', 'dms', { user }, key)).status).toBe(201);
    created = false;
    expect((await call('POST', 'dms', { user })).status).toBe(200);
    expect((await call('POST', 'dms', { user }, key)).status).toBe(201);
    expect((await call('POST', 'dms', { user: randomUUID() }, key)).status).toBe(422);
    expect((await call('POST', 'dms', {})).status).toBe(400);
  });
});

describe('notifications', () => {
  it('are listed and acknowledged', async () => {
    expect((await call('GET', 'notifications')).body).toEqual({ ...page, count: 0 });
    expect((await call('POST', 'notifications/ack', { ids: ['a', 'b'] })).status).toBe(204);
    expect(gateway.services.of(ackNotifications).at(-1)).toEqual({ actor, ids: ['a', 'b'] });
    expect((await call('POST', 'notifications/ack', { up_to: 'a' })).status).toBe(204);
    for (const body of [{}, { ids: ['a'], up_to: 'a' }, { ids: 'a' }])
      expect((await call('POST', 'notifications/ack', body)).status, JSON.stringify(body)).toBe(400);
  });
});

describe('/readyz', () => {
  it('names each part that is missing, and is 200 when none is', async () => {
    const ready = async () => {
      const response = await fetch(`${gateway.url}/readyz`);
      return [response.status, await response.json()];
    };
    gateway.services.away(getOwnUsers);
    await expect.poll(ready).toEqual([
      503,
      {
        checks: {
          nats: 'ok',
          auth: 'away',
          rooms: 'away',
          sessions: 'away',
          notifications: 'ok',
          'ws-gateways': 'away',
        },
      },
    ]);
    gateway.services.answer(getOwnUsers, () => ({ users: [] }));
    gateway.services.answer(listMemberships, () => ({ users: [] }));
    gateway.services.answer(listInstances, () => ({ items: [] }));
    await expect.poll(ready).toMatchObject([503, { checks: { sessions: 'ok', 'ws-gateways': 'none' } }]);
    gateway.services.answer(listInstances, () => ({ items: [{ instance: 'ws-1' }] }));
    await expect.poll(ready).toMatchObject([200, { checks: { auth: 'ok', rooms: 'ok', 'ws-gateways': 'ok' } }]);
  });
});

describe('NATS', () => {
  it('away is 503 at once, and back all works again', async () => {
    const restarted = gateway.nats.restart();
    await expect.poll(async () => (await call('GET', 'rooms')).status).toBe(503);
    await restarted;
    await expect.poll(async () => (await call('GET', 'rooms')).status, { timeout: 10_000 }).toBe(200);
  });
});
