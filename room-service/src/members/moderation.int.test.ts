import { randomUUID } from 'node:crypto';
import { NatterError } from '@natter/contracts/errors';
import type { LogEvent, MemberEvent, Permission, Role } from '@natter/contracts/events';
import type { CreateRoomBody } from '@natter/contracts/rooms';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refused, startService, type TestService } from '../testing/service.js';
import { until } from '../testing/wait.js';

let service: TestService;
let owner: string;
let admin: string;
let member: string;
let guest: string;
let room: string;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service?.stop());

const account = (permissions?: Permission[]) => service.others.account(`u${service.others.accounts.size}`, permissions);

const create = async (actor: string, body: Partial<CreateRoomBody> = {}): Promise<string> => {
  const defaults: CreateRoomBody = {
    name: `r${randomUUID().slice(0, 12)}x`,
    visibility: 'public',
    history: 'all',
    members_can_invite: true,
    members: [],
  };
  return (await service.parts.rooms.create({ ...defaults, ...body, actor })).room.id;
};

beforeEach(async () => {
  [owner, admin, member, guest] = [account(), account(), account(), account()];
  room = await create(owner, { members: [admin, member] });
  await setRole(owner, admin, 'admin');
});

const setRole = (actor: string, user: string, role: Role) =>
  service.parts.moderation.setRole({ actor, room, user, role });
const remove = (actor: string, user: string, ban = false) =>
  service.parts.moderation.remove({ actor, room, user, ban });
const add = (actor: string, user: string) => service.parts.members.add({ actor, room, user });
const join = (actor: string) => service.parts.members.join({ actor, room });
const send = (actor: string, body = 'hello') =>
  service.parts.messages.send({ actor, room, username: 'x', id: randomUUID(), body });
const bansFor = (actor: string, limit = 10, cursor?: string) =>
  service.parts.moderation.listBans({ actor, room, limit, cursor });

const log = async (actor = owner): Promise<LogEvent[]> =>
  (await service.parts.messages.listEvents({ actor, room, after: 0, limit: 100 })).items;
/** The last events as [change, user, role, by]. */
const lastMoves = async (count: number) =>
  ((await log()) as MemberEvent[]).slice(-count).map((e) => [e.change, e.user.id, e.role, e.by.id]);
const rolesSeen = async (): Promise<Record<string, Role>> => {
  const { items } = await service.parts.members.list({ actor: owner, room, limit: 100 });
  return Object.fromEntries(items.map(({ user, role }) => [user.id, role]));
};
const memberCount = async () => (await service.parts.rooms.get({ actor: owner, room })).room.members;

describe('roles', () => {
  it('are changed by the owner, and the log says so once', async () => {
    expect(await setRole(owner, member, 'admin')).toMatchObject({ member: { user: { id: member }, role: 'admin' } });
    expect(await lastMoves(1)).toEqual([['role', member, 'admin', owner]]);
    const { length } = await log();
    await setRole(owner, member, 'admin');
    expect(await log()).toHaveLength(length);
    expect(await rolesSeen()).toEqual({ [owner]: 'owner', [admin]: 'admin', [member]: 'admin' });
    for (const [actor, code] of [
      [admin, 'forbidden'],
      [member, 'forbidden'],
      [guest, 'not_member'],
    ] as const)
      await expect(setRole(actor, member, 'member'), code).rejects.toEqual(refused(code));
    await expect(setRole(owner, guest, 'admin')).rejects.toEqual(refused('not_found'));
    await expect(setRole(owner, randomUUID(), 'admin')).rejects.toEqual(refused('not_found'));
  });

  it('are told to whom they are given, and to nobody else', async () => {
    await setRole(owner, member, 'admin');
    await setRole(owner, member, 'member');
    await setRole(owner, member, 'owner');
    const told = () =>
      service.others.notices.filter(({ id, user }) => user !== admin && id.startsWith(`role-${room}-`));
    await until('all is told', () => told().length === 3);
    const { name } = (await service.parts.rooms.get({ actor: owner, room })).room;
    const by = service.others.accounts.get(owner)?.username;
    expect(told().map(({ user, kind, preview }) => [user, kind, preview])).toEqual([
      [member, 'system', `${by} made you an admin of ${name}`],
      [member, 'system', `You are no longer an admin of ${name}`],
      [member, 'system', `${by} handed ${name} over to you`],
    ]);
  });

  it('hand a room over: the new owner may all, the old one is an admin and may leave', async () => {
    await setRole(owner, member, 'owner');
    expect(await lastMoves(2)).toEqual([
      ['role', member, 'owner', owner],
      ['role', owner, 'admin', owner],
    ]);
    expect((await service.parts.rooms.get({ actor: member, room })).room).toMatchObject({
      owner: member,
      role: 'owner',
    });
    await expect(setRole(owner, admin, 'member')).rejects.toEqual(refused('forbidden'));
    await expect(remove(owner, member)).rejects.toEqual(refused('forbidden'));
    await service.parts.members.leave({ actor: owner, room });
    await expect(service.parts.members.leave({ actor: member, room })).rejects.toEqual(refused('owner_must_transfer'));
  });

  it('never leave a room without its owner', async () => {
    for (const role of ['admin', 'member'] as const)
      await expect(setRole(owner, owner, role)).rejects.toEqual(refused('owner_must_transfer'));
    await setRole(owner, owner, 'owner');
    await Promise.allSettled([
      setRole(owner, admin, 'owner'),
      setRole(owner, member, 'owner'),
      service.parts.members.leave({ actor: admin, room }),
      remove(owner, member),
    ]);
    const rows: { owner: string; usr: string }[] = await service.database.dataSource.query(
      `SELECT r.owner, m.usr FROM rooms r JOIN members m ON m.room = r.id AND m.role = 'owner' WHERE r.id = $1`,
      [room],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]!.usr).toBe(rows[0]!.owner);
  });

  it('of an owner are kept by the database, whatever a statement tries', async () => {
    const { dataSource } = service.database;
    const tries = [
      `UPDATE members SET role = 'owner' WHERE room = $1 AND role = 'member'`,
      `UPDATE members SET role = 'admin' WHERE room = $1 AND role = 'owner'`,
      `DELETE FROM members WHERE room = $1 AND role = 'owner'`,
      `UPDATE rooms SET owner = NULL WHERE id = $1`,
      `UPDATE rooms SET owner = gen_random_uuid() WHERE id = $1`,
    ];
    for (const statement of tries)
      await expect(dataSource.query(statement, [room]), statement).rejects.toMatchObject({
        message: expect.stringMatching(/violates|duplicate/),
      });
  });
});

describe('removing', () => {
  it('takes grant and role, and says all that is missing', async () => {
    const poor = account([]);
    await join(poor);
    await expect(remove(guest, member)).rejects.toEqual(refused('not_member'));
    await expect(remove(member, admin)).rejects.toMatchObject({
      code: 'forbidden',
      details: { detail: 'only admins and the owner of the room remove members' },
    });
    const both = await remove(poor, member).catch((error: NatterError) => error);
    expect((both as NatterError).details.detail).toMatch(/lacks the grant remove_members.*; only admins/);
    await setRole(owner, poor, 'admin');
    const one = await remove(poor, member).catch((error: NatterError) => error);
    expect((one as NatterError).details.detail).toMatch(/^your account lacks the grant remove_members/);
    await expect(remove(admin, owner)).rejects.toEqual(refused('forbidden'));
    await expect(remove(owner, owner)).rejects.toEqual(refused('forbidden'));
    await remove(admin, member);
    expect(await lastMoves(1)).toEqual([['kicked', member, null, admin]]);
    await expect(remove(admin, member)).rejects.toEqual(refused('not_found'));
    expect(await memberCount()).toBe(3);
  });

  it('ends all that the removed could read, and they may come back', async () => {
    await remove(owner, member);
    const asked = { actor: member, room };
    const { parts } = service;
    await expect(parts.messages.listEvents({ ...asked, after: 0, limit: 10 })).rejects.toEqual(refused('not_member'));
    await expect(parts.messages.listMessages({ ...asked, limit: 10 })).rejects.toEqual(refused('not_member'));
    await expect(parts.members.list({ ...asked, limit: 10 })).rejects.toEqual(refused('not_member'));
    await expect(bansFor(member)).rejects.toEqual(refused('not_member'));
    await expect(send(member)).rejects.toEqual(refused('not_member'));
    expect((await parts.memberships.of([member]))[0]?.rooms).toEqual([]);
    expect((await join(member)).room.role).toBe('member');
  });

  it('is told to gateways as an event in its place, and as a hint', async () => {
    await service.interested(room);
    const { seq } = await send(owner);
    await remove(owner, member, true);
    await until('the removal is there', () => service.events().some((e) => e.room === room && e.seq === seq + 1));
    expect(service.events().find((e) => e.room === room && e.seq === seq + 1)?.member).toEqual({
      user: member,
      change: 'banned',
      role: null,
    });
  });

  it('races with sends of the removed: what is stored stands below the removal, and the rest is refused', async () => {
    const sends = Array.from({ length: 60 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i % 7));
      return send(member, String(i)).catch((error: NatterError) => error.code);
    });
    await new Promise((resolve) => setTimeout(resolve, 3));
    await remove(owner, member);
    const results = await Promise.all(sends);
    const events = await log();
    const removal = events.findIndex((event) => event.type === 'member' && event.change === 'kicked') + 1;
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, i) => i + 1));
    for (const result of results)
      if (typeof result === 'string') expect(result).toBe('not_member');
      else expect(result.seq).toBeLessThan(removal);
    const stored = results.filter((result) => typeof result !== 'string').length;
    expect(events.filter(({ type }) => type === 'message')).toHaveLength(stored);
  });

  it('races with reading: no page that the removed gets holds anything above the removal', async () => {
    const over = new AbortController();
    const talk = (async () => {
      while (!over.signal.aborted) await send(owner);
    })();
    const read: number[] = [];
    const reader = (async () => {
      for (;;) {
        const page = await service.parts.messages
          .listEvents({ actor: member, room, after: read.at(-1) ?? 0, limit: 100 })
          .catch(() => undefined);
        if (page === undefined) return;
        read.push(...page.items.map(({ seq }) => seq));
      }
    })();
    await until('something was read', () => read.length > 5);
    await remove(owner, member);
    await reader;
    over.abort();
    await talk;
    const [removal]: { seq: number }[] = await service.database.dataSource.query(
      `SELECT seq FROM log WHERE room = $1 AND payload LIKE '%"kicked"%'`,
      [room],
    );
    expect(read).toEqual(read.map((_, i) => i + 1));
    expect(read.at(-1)).toBeLessThan(removal!.seq);
  });
});

describe('a ban', () => {
  it('keeps somebody out by every way until it is lifted, and is listed to admins', async () => {
    await remove(admin, member, true);
    await remove(admin, member, true);
    expect(await lastMoves(1)).toEqual([['banned', member, null, admin]]);
    await expect(join(member)).rejects.toEqual(refused('banned'));
    await expect(add(owner, member)).rejects.toMatchObject({
      code: 'banned',
      details: { detail: expect.stringContaining('lift the ban first') },
    });
    expect((await bansFor(admin)).items).toMatchObject([{ user: { id: member }, by: { id: admin } }]);
    const { liftBan } = service.parts.moderation;
    const lift = (actor: string) => liftBan.call(service.parts.moderation, { actor, room, user: member });
    await expect(lift(guest)).rejects.toEqual(refused('not_member'));
    await lift(admin);
    expect(await lastMoves(1)).toEqual([['unbanned', member, null, admin]]);
    await expect(lift(admin)).rejects.toEqual(refused('not_found'));
    expect((await bansFor(admin)).items).toEqual([]);
    expect((await join(member)).room).toMatchObject({ role: 'member', members: 3 });
  });

  it('may come before somebody does', async () => {
    await remove(owner, guest, true);
    expect(await memberCount()).toBe(3);
    await expect(join(guest)).rejects.toEqual(refused('banned'));
    await expect(remove(owner, randomUUID(), true)).rejects.toEqual(refused('not_found'));
  });

  it('is listed in pages, to admins only', async () => {
    const gone = [account(), account(), account()];
    for (const user of gone) await remove(owner, user, true);
    const first = await bansFor(owner, 2);
    const rest = await bansFor(owner, 2, first.next!);
    expect([...first.items, ...rest.items].map(({ user }) => user.id)).toEqual(gone);
    expect(rest.next).toBeNull();
    await expect(bansFor(member)).rejects.toEqual(refused('forbidden'));
    await expect(bansFor(guest)).rejects.toEqual(refused('not_member'));
  });

  it('races with coming in: whoever is in the room in the end is not banned', async () => {
    const people = Array.from({ length: 12 }, () => account());
    await Promise.all(
      people.flatMap((user, i) => [
        (i % 2 === 0 ? join(user) : add(owner, user)).catch(() => undefined),
        remove(owner, user, true),
      ]),
    );
    const both: unknown[] = await service.database.dataSource.query(
      `SELECT 1 FROM bans b JOIN members m ON m.room = b.room AND m.usr = b.usr WHERE b.room = $1`,
      [room],
    );
    expect(both).toEqual([]);
    expect((await bansFor(owner, 50)).items).toHaveLength(12);
    expect(await memberCount()).toBe(3);
  });
});

describe('adding', () => {
  it('takes grant and role, and says all that is missing', async () => {
    const poor = account([]);
    await join(poor);
    await expect(add(guest, account())).rejects.toEqual(refused('not_member'));
    await expect(add(poor, guest)).rejects.toMatchObject({
      code: 'forbidden',
      details: { detail: expect.stringMatching(/^your account lacks the grant invite_members[^;]*$/) },
    });
    await service.parts.rooms.patch({ actor: owner, room, members_can_invite: false });
    await expect(add(member, guest)).rejects.toMatchObject({
      code: 'forbidden',
      details: { detail: 'in this room only admins and the owner bring people in' },
    });
    expect(await add(admin, guest)).toMatchObject({ added: true, member: { user: { id: guest }, role: 'member' } });
    expect(await lastMoves(1)).toEqual([['added', guest, 'member', admin]]);
    expect(await add(admin, guest)).toMatchObject({ added: false, member: { joined_seq: (await log()).length } });
    await until('they are told', () =>
      service.others.notices.some(({ user, id }) => user === guest && id.includes(room)),
    );
  });

  it('names the field when there is no such account, to those who might add', async () => {
    await expect(add(owner, randomUUID())).rejects.toMatchObject({
      code: 'not_found',
      details: { fields: [{ field: 'user', code: 'not_found' }] },
    });
    await expect(add(guest, randomUUID())).rejects.toEqual(refused('not_member'));
  });

  it('once, however often and at whatever time it is asked for', async () => {
    await Promise.all([add(owner, guest), add(admin, guest), join(guest), add(member, guest)]);
    const comings = ((await log()) as MemberEvent[]).filter(({ user }) => user.id === guest);
    expect(comings).toHaveLength(1);
    expect(await memberCount()).toBe(4);
  });
});

describe('a private room', () => {
  it('is unknown to outsiders whatever they try to do to its members', async () => {
    await service.parts.rooms.patch({ actor: owner, room, visibility: 'private' });
    for (const outsider of [guest, account([])]) {
      await expect(add(outsider, outsider)).rejects.toEqual(refused('not_found'));
      await expect(add(outsider, randomUUID())).rejects.toMatchObject({ code: 'not_found', details: {} });
      await expect(remove(outsider, member, true)).rejects.toEqual(refused('not_found'));
      await expect(setRole(outsider, member, 'owner')).rejects.toEqual(refused('not_found'));
      await expect(bansFor(outsider)).rejects.toEqual(refused('not_found'));
    }
  });
});
