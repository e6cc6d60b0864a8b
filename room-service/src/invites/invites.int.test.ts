import { randomUUID } from 'node:crypto';
import type { CreateRoomBody } from '@natter/contracts/rooms';
import type { MemberEvent } from '@natter/contracts/events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refused, startService, type TestService } from '../testing/service.js';

let service: TestService;
let owner: string;
let member: string;
let guest: string;
let room: string;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service?.stop());

const account = (...args: [] | [never[]]) => service.others.account(`u${service.others.accounts.size}`, ...args);
const createRoom = async (more: Partial<CreateRoomBody> = {}) =>
  (
    await service.parts.rooms.create({
      name: `r${randomUUID().slice(0, 12)}x`,
      visibility: 'private',
      history: 'all',
      members_can_invite: true,
      members: [member],
      actor: owner,
      ...more,
    })
  ).room.id;

beforeEach(async () => {
  [owner, member, guest] = [account(), account(), account()];
  room = await createRoom();
});

const create = async (actor = owner, more: { expires_in?: number; uses?: number; id?: string; room?: string } = {}) =>
  (await service.parts.invites.create({ actor, room, expires_in: 3_600, uses: null, ...more })).invite;
const join = (actor: string, invite?: string, where = room) =>
  service.parts.members.join({ actor, room: where, invite });
const list = async (actor: string, limit = 50) => (await service.parts.invites.list({ actor, room, limit })).items;
const revoke = (actor: string, code: string) => service.parts.invites.revoke({ actor, room, code });
const expire = (code: string) =>
  service.database.dataSource.query(`UPDATE invites SET expires_at = now() WHERE code = $1`, [code]);

describe('an invite', () => {
  it('lets whoever has it into a private room, and stands in the list with its uses', async () => {
    const invite = await create(owner, { uses: 3 });
    expect(invite.code).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(Date.parse(invite.expires_at) - Date.parse(invite.created_at)).toBe(3_600_000);
    expect((await join(guest, invite.code)).room).toMatchObject({ id: room, role: 'member', members: 3 });
    await join(guest, invite.code);
    await join(guest);
    expect(await list(owner)).toMatchObject([{ code: invite.code, by: { id: owner }, uses: 3, used: 1 }]);
    const { items } = await service.parts.messages.listEvents({ actor: guest, room, after: 0, limit: 50 });
    expect((items as MemberEvent[]).at(-1)).toMatchObject({ change: 'joined', user: { id: guest }, by: { id: guest } });
  });

  it('is no good when it has expired, is used up, revoked, of another room, or invented', async () => {
    const [expired, used, revoked] = [await create(), await create(owner, { uses: 1 }), await create()];
    await expire(expired.code);
    await join(account(), used.code);
    await revoke(owner, revoked.code);
    const elsewhere = await create(owner, { room: await createRoom() });
    for (const code of [expired.code, used.code, revoked.code, elsewhere.code, 'x'.repeat(22), '', undefined])
      await expect(join(guest, code), String(code)).rejects.toEqual(refused('not_found'));
    expect(await list(owner)).toEqual([]);
  });

  it('is used exactly as often as it may be, however many come at once', async () => {
    const { code } = await create(owner, { uses: 3 });
    const people = Array.from({ length: 12 }, () => account());
    const results = await Promise.allSettled(people.map((user) => join(user, code)));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'not_found' });
    expect((await service.parts.rooms.get({ actor: owner, room })).room.members).toBe(5);
  });

  it('does not let in who is banned, and is not used up by them', async () => {
    const { code } = await create(owner, { uses: 1 });
    await service.parts.moderation.remove({ actor: owner, room, user: guest, ban: true });
    await expect(join(guest, code)).rejects.toEqual(refused('banned'));
    await expect(join(guest)).rejects.toEqual(refused('not_found'));
    expect((await list(owner))[0]?.used).toBe(0);
  });

  it('is not needed in a public room, and not used up there', async () => {
    const { code } = await create();
    await service.parts.rooms.patch({ actor: owner, room, visibility: 'public' });
    await join(guest, code);
    await join(account(), 'nonsense');
    expect((await list(owner))[0]?.used).toBe(0);
  });

  it('ends with the membership of its maker: who was removed cannot come back by a code of their own', async () => {
    const { code } = await create(member);
    await service.parts.moderation.remove({ actor: owner, room, user: member, ban: false });
    await expect(join(member, code)).rejects.toEqual(refused('not_found'));
    expect(await list(owner)).toEqual([]);
  });

  it('is made once by a request that is repeated with its id', async () => {
    const id = randomUUID();
    const first = await create(owner, { id, uses: 2 });
    expect(await create(owner, { id, uses: 2 })).toEqual(first);
    await expect(create(owner, { id, uses: 3 })).rejects.toEqual(refused('idempotency_mismatch'));
    await expect(create(owner, { id, uses: 2, expires_in: 60 })).rejects.toEqual(refused('idempotency_mismatch'));
    await expect(create(member, { id, uses: 2 })).rejects.toEqual(refused('idempotency_mismatch'));
    expect(await list(owner)).toHaveLength(1);
  });
});

describe('invites', () => {
  it('are made by those who may add people', async () => {
    const poor = account([]);
    await service.parts.members.add({ actor: owner, room, user: poor });
    await expect(create(poor)).rejects.toMatchObject({
      code: 'forbidden',
      details: { detail: expect.stringMatching(/^your account lacks the grant invite_members[^;]*$/) },
    });
    await expect(create(guest)).rejects.toEqual(refused('not_found'));
    await service.parts.rooms.patch({ actor: owner, room, members_can_invite: false });
    await expect(create(member)).rejects.toEqual(refused('forbidden'));
    await create(owner);
  });

  it('are seen and revoked by their maker and by admins', async () => {
    const [theirs, mine] = [await create(member), await create(owner)];
    expect((await list(member)).map(({ code }) => code)).toEqual([theirs.code]);
    expect((await list(owner)).map(({ code }) => code)).toEqual([theirs.code, mine.code]);
    await expect(list(guest)).rejects.toEqual(refused('not_found'));
    await expect(revoke(member, mine.code)).rejects.toEqual(refused('not_found'));
    await revoke(owner, theirs.code);
    await expect(revoke(owner, theirs.code)).rejects.toEqual(refused('not_found'));
    await revoke(owner, mine.code);
  });

  it('come in pages, and are not more than a room may have', async () => {
    const made: string[] = [];
    for (let i = 0; i < 100; i++) made.push((await create()).code);
    await expect(create()).rejects.toEqual(refused('quota'));
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await service.parts.invites.list({ actor: owner, room, limit: 40, cursor });
      seen.push(...page.items.map(({ code }) => code));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(seen.toSorted()).toEqual(made.toSorted());
    await expire(made[0]!);
    await create();
  });
});
