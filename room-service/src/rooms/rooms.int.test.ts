import { randomUUID } from 'node:crypto';
import type { CreateRoomBody } from '@natter/contracts/rooms';
import type { MemberEvent } from '@natter/contracts/events';
import type { MembershipChanged, RoomDeleted } from '@natter/contracts/rooms';
import { subjects } from '@natter/contracts/subjects';
import { encodeCursor } from '@natter/service-kit/paging';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused, startService, type TestService } from '../testing/service.js';
import { until } from '../testing/wait.js';
import { RoomRepository } from './room.repository.js';

let service: TestService;
let ann: string;
let bob: string;
let eve: string;

beforeAll(async () => {
  service = await startService();
  [ann, bob, eve] = ['ann', 'bob', 'eve'].map((name) => service.others.account(name)) as [string, string, string];
});

afterAll(() => service?.stop());

const roomName = () => `r${randomUUID().slice(0, 12)}x`;

const create = async (body: Partial<CreateRoomBody> & { actor?: string; id?: string } = {}) => {
  const request: CreateRoomBody & { actor: string; id?: string } = {
    actor: ann,
    name: roomName(),
    visibility: 'public',
    history: 'all',
    members_can_invite: true,
    members: [],
    ...body,
  };
  return (await service.parts.rooms.create(request)).room;
};

const send = (actor: string, room: string, body = 'hello') =>
  service.parts.messages.send({ actor, room, username: 'x', id: randomUUID(), body });

const eventsOf = async (actor: string, room: string) =>
  (await service.parts.messages.listEvents({ actor, room, after: 0, limit: 100 })).items;

describe('rooms', () => {
  it('begin with their owner, and with the members named, who are told', async () => {
    const room = await create({ members: [bob, bob, ann], title: 'Straße' });
    expect(room).toMatchObject({ role: 'owner', owner: ann, members: 2, last_seq: 2, title: 'Straße', unread: 0 });
    const events = (await eventsOf(bob, room.id)) as MemberEvent[];
    expect(events.map(({ seq, change, role, user, by }) => [seq, change, role, user.username, by.id])).toEqual([
      [1, 'joined', 'owner', 'ann', ann],
      [2, 'added', 'member', 'bob', ann],
    ]);
    await until('bob is told', () =>
      service.others.notices.some(({ user, id }) => user === bob && id.includes(room.id)),
    );
    await until('nothing is left to hand over', async () => {
      const rows: unknown[] = await service.database.dataSource.query(`SELECT 1 FROM notices`);
      return rows.length === 0;
    });
  });

  it('need the grant, a free name, and members that exist', async () => {
    const poor = service.others.account('poor', []);
    await expect(create({ actor: poor })).rejects.toEqual(refused('forbidden'));
    const loner = service.others.account('loner', ['create_room']);
    await expect(create({ actor: loner, members: [bob] })).rejects.toEqual(refused('forbidden'));
    await expect(create({ actor: loner })).resolves.toMatchObject({ role: 'owner' });
    const { name } = await create();
    await expect(create({ name: name! })).rejects.toEqual(refused('name_taken'));
    await expect(create({ members: [bob, randomUUID()] })).rejects.toMatchObject({
      code: 'invalid',
      details: { fields: [{ field: 'members.1', code: 'not_found' }] },
    });
  });

  it('are made once by a request that is repeated with its id', async () => {
    const again = { id: randomUUID(), name: roomName(), members: [bob] };
    const first = await create(again);
    expect(await create(again)).toEqual(first);
    expect(await create({ ...again, name: roomName() })).toEqual(first);
    await expect(create({ ...again, actor: eve })).rejects.toEqual(refused('name_taken'));
    await expect(create({ ...again, id: randomUUID() })).rejects.toEqual(refused('name_taken'));
    expect(await eventsOf(bob, first.id)).toHaveLength(2);
  });

  it('heed a grant that is taken away at once', async () => {
    const carl = service.others.account('carl');
    await create({ actor: carl });
    const account = service.others.accounts.get(carl)!;
    account.permissions = [];
    service.bus.publishJson(subjects.userChanged, { user: account, disabled: false, version: 2 });
    await until('carl may not any more', () =>
      create({ actor: carl }).then(
        () => false,
        (error) => error.code === 'forbidden',
      ),
    );
  });

  it('are joined once, left once, and by their name as by their id', async () => {
    const { id, name } = await create();
    await service.parts.members.join({ actor: bob, room: name! });
    const again = await service.parts.members.join({ actor: bob, room: id });
    expect(again.room).toMatchObject({ members: 2, last_seq: 2, role: 'member', read: 2, delivered: 2 });
    await service.parts.members.leave({ actor: bob, room: id });
    await service.parts.members.leave({ actor: bob, room: id });
    const events = (await eventsOf(ann, id)) as MemberEvent[];
    expect(events.map(({ change, role }) => [change, role])).toEqual([
      ['joined', 'owner'],
      ['joined', 'member'],
      ['left', null],
    ]);
    expect((await service.parts.rooms.get({ actor: bob, room: id })).room).toMatchObject({ role: null, members: 1 });
  });

  it('keep their owner until it is handed over', async () => {
    const { id } = await create();
    await expect(service.parts.members.leave({ actor: ann, room: id })).rejects.toEqual(refused('owner_must_transfer'));
  });

  it('do not let in who is banned', async () => {
    const { id } = await create();
    await service.parts.moderation.remove({ actor: ann, room: id, user: eve, ban: true });
    await expect(service.parts.members.join({ actor: eve, room: id })).rejects.toEqual(refused('banned'));
  });

  it('do not take a member beyond the limit', async () => {
    const full = service.others.account('full');
    const { id } = await create();
    await service.database.dataSource.query(
      `WITH made AS (
         INSERT INTO rooms (id, title, title_folded, topic, kind, visibility, history, members_can_invite, created_at)
         SELECT gen_random_uuid(), '', '', '', 'dm', 'private', 'all', true, now() FROM generate_series(1, 1000)
         RETURNING id),
       head AS (INSERT INTO heads (room, last_seq, last_ts) SELECT id, 0, now() FROM made)
       INSERT INTO members (room, usr, role, joined_seq, joined_at, delivered, read)
       SELECT id, $1, 'member', 0, now(), 0, 0 FROM made`,
      [full],
    );
    await expect(service.parts.members.join({ actor: full, room: id })).rejects.toEqual(refused('quota'));
    await expect(create({ actor: full })).rejects.toEqual(refused('quota'));
    const { users } = { users: await service.parts.memberships.of([full, bob]) };
    expect(users[0]?.rooms).toHaveLength(1_000);
  });

  it('look the same to outsiders when private as when they do not exist', async () => {
    const { id, name } = await create({ visibility: 'private' });
    const { parts } = service;
    for (const room of [id, name!, randomUUID(), 'nosuchroom']) {
      const asked = { actor: eve, room };
      await expect(parts.rooms.get(asked)).rejects.toEqual(refused('not_found'));
      await expect(parts.rooms.patch({ ...asked, title: 'x' })).rejects.toEqual(refused('not_found'));
      await expect(parts.rooms.delete(asked)).rejects.toEqual(refused('not_found'));
      await expect(parts.members.join(asked)).rejects.toEqual(refused('not_found'));
      await expect(parts.members.leave(asked)).rejects.toEqual(refused('not_found'));
      await expect(parts.members.list({ ...asked, limit: 10 })).rejects.toEqual(refused('not_found'));
      await expect(parts.messages.listMessages({ ...asked, limit: 10 })).rejects.toEqual(refused('not_found'));
      await expect(parts.messages.listEvents({ ...asked, after: 0, limit: 10 })).rejects.toEqual(refused('not_found'));
      await expect(send(eve, room)).rejects.toEqual(refused('not_found'));
    }
    expect((await parts.rooms.search({ actor: eve, q: name!, limit: 10 })).items).toEqual([]);
    expect((await parts.rooms.search({ actor: ann, q: name!, limit: 10 })).items).toHaveLength(1);
  });

  it('are changed by admins and owner, with an event that shows them as they are', async () => {
    const { id } = await create({ members: [bob] });
    const other = await create();
    const { rooms } = service.parts;
    await expect(rooms.patch({ actor: bob, room: id, title: 'x' })).rejects.toEqual(refused('forbidden'));
    await expect(rooms.patch({ actor: eve, room: id, title: 'x' })).rejects.toEqual(refused('not_member'));
    await expect(rooms.patch({ actor: ann, room: id, name: other.name! })).rejects.toEqual(refused('name_taken'));
    const { room } = await rooms.patch({ actor: ann, room: id, title: 'New', topic: 'all' });
    expect(room).toMatchObject({ title: 'New', topic: 'all', last_seq: 3 });
    expect((await rooms.patch({ actor: ann, room: id, title: 'New' })).room.last_seq).toBe(3);
    expect((await eventsOf(ann, id)).at(-1)).toMatchObject({ type: 'room', seq: 3, title: 'New', by: { id: ann } });
  });

  it('go with all that was said in them, and leave their name free', async () => {
    const { id, name } = await create({ members: [bob] });
    await send(bob, id);
    const deleted: string[] = [];
    service.bus.onJson<RoomDeleted>(subjects.roomDeleted, ({ room }) => deleted.push(room));
    await service.bus.nc.flush();
    await expect(service.parts.rooms.delete({ actor: bob, room: id })).rejects.toEqual(refused('forbidden'));
    await service.parts.rooms.delete({ actor: ann, room: id });
    await until('it is told', () => deleted.includes(id));
    for (const table of ['log', 'members'])
      expect(await service.database.dataSource.query(`SELECT 1 FROM ${table} WHERE room = $1`, [id])).toEqual([]);
    await expect(send(bob, id)).rejects.toEqual(refused('not_found'));
    expect((await create({ name: name! })).last_seq).toBe(1);
  });

  it('tell gateways of every change, in the log’s order, once it is committed', async () => {
    const changes: MembershipChanged[] = [];
    service.bus.onJson<MembershipChanged>(subjects.membershipChanged, (change) => changes.push(change));
    await service.bus.nc.flush();
    const { id } = await create();
    await service.interested(id);
    await service.parts.members.join({ actor: bob, room: id });
    await send(bob, id);
    await service.parts.members.leave({ actor: bob, room: id });
    await until('four changes are told', () => changes.filter(({ room }) => room === id).length === 3);
    const told = () => service.events().filter((event) => event.room === id);
    await until('the events are there', () => told().length === 3);
    expect(told().map(({ seq, member }) => [seq, member])).toEqual([
      [2, { user: bob, change: 'joined', role: 'member' }],
      [3, undefined],
      [4, { user: bob, change: 'left', role: null }],
    ]);
    expect(changes.at(-1)).toEqual({ user: bob, room: id, change: 'left', seq: 4 });
    const raw = await service.parts.messages.listEvents({ actor: ann, room: id, after: 1, limit: 100 });
    expect(told().map(({ bytes }) => JSON.parse(String(bytes)))).toEqual(raw.items);
  });

  it('are listed in the order in which they were joined, and nothing that happens moves one between pages', async () => {
    const dora = service.others.account('dora');
    const made: string[] = [];
    for (let i = 0; i < 5; i++) made.push((await create({ actor: dora })).id);
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await service.parts.rooms.mine({ actor: dora, limit: 2, cursor });
      seen.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      cursor = page.next;
      for (const room of made) await send(dora, room);
    }
    expect(seen).toEqual(made);
    const bad = ['nonsense', encodeCursor({ ts: '0000-01-01T00:00:00Z', id: made[0] })];
    for (const cursor of bad)
      await expect(service.parts.rooms.mine({ actor: dora, limit: 2, cursor })).rejects.toEqual(refused('invalid'));
    const search = { actor: dora, q: 'x', limit: 2, cursor: encodeCursor({ name: '\u0000', id: made[0] }) };
    await expect(service.parts.rooms.search(search)).rejects.toEqual(refused('invalid'));
  });

  it('with a history since joining show one’s own coming, and nothing before it', async () => {
    const { id } = await create({ history: 'since_join' });
    for (let i = 0; i < 3; i++) await send(ann, id);
    const { room } = await service.parts.members.join({ actor: bob, room: id });
    const ofBob = (await service.parts.memberships.of([bob]))[0]?.rooms.find((found) => found.id === id);
    expect([room.last_seq, ofBob?.visible_after]).toEqual([5, 4]);
    expect((await eventsOf(bob, id)).map(({ seq, type }) => [seq, type])).toEqual([[5, 'member']]);
    expect((await eventsOf(ann, id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
    await send(ann, id);
    const { items } = await service.parts.messages.listMessages({ actor: bob, room: id, limit: 10 });
    expect(items.map(({ seq }) => seq)).toEqual([6]);
  });

  it('are found by any part of name or title, with no special characters', async () => {
    const mark = randomUUID().slice(0, 8);
    const room = await create({ title: `100%_ÄPFEL${mark}` });
    const found = async (q: string) =>
      (await service.parts.rooms.search({ actor: bob, q, limit: 50 })).items.some(({ id }) => id === room.id);
    expect(await found(`%_äpfel${mark}`)).toBe(true);
    expect(await found(room.name!.slice(2, 9).toUpperCase())).toBe(true);
    expect(await found(`1%${mark}`)).toBe(false);
  });

  it('list their members to members, in the order in which they came', async () => {
    const { id } = await create({ members: [bob, eve] });
    const first = await service.parts.members.list({ actor: bob, room: id, limit: 2 });
    expect(first.items).toMatchObject([
      { user: { id: ann, username: 'ann' }, role: 'owner', joined_seq: 1, read: 1, delivered: 1 },
      { role: 'member', joined_seq: 2 },
    ]);
    const rest = await service.parts.members.list({ actor: bob, room: id, limit: 2, cursor: first.next! });
    expect(rest).toMatchObject({ items: [{ joined_seq: 3 }], next: null });
    const stranger = service.others.account('stranger');
    await expect(service.parts.members.list({ actor: stranger, room: id, limit: 2 })).rejects.toEqual(
      refused('not_member'),
    );
  });

  it('hand notices over when the one who takes them is back', async () => {
    await service.parts.users.find([ann, bob]);
    const { id } = await create({ members: [bob] });
    service.others.notices.length = 0;
    await service.database.dataSource.query(
      `INSERT INTO notices (id, usr, room, preview, ts, due) VALUES ('late-one', $1, $2, 'x', now(), now())`,
      [bob, id],
    );
    service.others.away = true;
    await until('it was tried in vain', async () => {
      const [row] = await service.database.dataSource.query(`SELECT tries FROM notices WHERE id = 'late-one'`);
      return row?.tries > 0;
    });
    service.others.away = false;
    await until('it is handed over', () => service.others.notices.some((notice) => notice.id === 'late-one'));
  });

  it('are not made anew with an id whose old log is still being removed', async () => {
    const { dataSource } = service.database;
    const id = randomUUID();
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`INSERT INTO buried_rooms VALUES ($1)`, [id]);
    expect(await new RoomRepository(dataSource).isBuried(runner.manager, id)).toBe(true);
    await runner.rollbackTransaction();
    expect(await new RoomRepository(dataSource).isBuried(runner.manager, id)).toBe(false);
    await runner.release();
  });

  it('that were very large lose the rest of their log soon after', async () => {
    const { id } = await create();
    const { dataSource } = service.database;
    await dataSource.query(
      `INSERT INTO log (room, seq, type, ts, sender, payload)
       SELECT $1, s, 'message', now(), $2, '{"body":"x"}' FROM generate_series(2, 50010) s`,
      [id, ann],
    );
    await dataSource.query(`UPDATE heads SET last_seq = 50010 WHERE room = $1`, [id]);
    await service.parts.rooms.delete({ actor: ann, room: id });
    await until('nothing is left of it', async () => {
      const rows: unknown[] = await dataSource.query(
        `SELECT 1 FROM log WHERE room = $1 UNION ALL SELECT 1 FROM buried_rooms`,
        [id],
      );
      return rows.length === 0;
    });
  });
});
