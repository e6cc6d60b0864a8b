import { randomUUID } from 'node:crypto';
import type { MemberEvent } from '@natter/contracts/events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refused, startService, type TestService } from '../testing/service.js';
import { until } from '../testing/wait.js';

let service: TestService;
let ann: string;
let bob: string;
let eve: string;

beforeAll(async () => {
  service = await startService();
});

afterAll(() => service?.stop());

beforeEach(() => {
  const account = () => service.others.account(`u${service.others.accounts.size}`, []);
  [ann, bob, eve] = [account(), account(), account()];
});

const open = (actor: string, user: string) => service.parts.dms.open({ actor, user });

describe('a direct conversation', () => {
  it('is made once for two people, whoever asks, and needs no grant', async () => {
    const { room, created } = await open(ann, bob);
    expect(created).toBe(true);
    expect(room).toMatchObject({
      kind: 'dm',
      name: null,
      owner: null,
      visibility: 'private',
      role: 'member',
      members: 2,
    });
    expect([room.title, room.peer?.id]).toEqual([service.others.accounts.get(bob)!.username, bob]);
    const again = await open(bob, ann);
    expect([again.created, again.room.id, again.room.peer?.id]).toEqual([false, room.id, ann]);
    const { items } = await service.parts.messages.listEvents({ actor: bob, room: room.id, after: 0, limit: 10 });
    expect((items as MemberEvent[]).map(({ change, user, by }) => [change, user.id, by.id])).toEqual([
      ['joined', ann, ann],
      ['added', bob, ann],
    ]);
    const ofBob = (await service.parts.memberships.of([bob]))[0]?.rooms;
    expect(ofBob).toMatchObject([{ id: room.id, kind: 'dm', peer: { id: ann } }]);
    await until('bob is told', () =>
      service.others.notices.some(({ user, id }) => user === bob && id.includes(room.id)),
    );
  });

  it('is one, also when both open it many times at the same instant', async () => {
    const all = await Promise.all(
      Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? open(ann, bob) : open(bob, ann))),
    );
    expect(new Set(all.map(({ room }) => room.id)).size).toBe(1);
    expect(all.filter(({ created }) => created)).toHaveLength(1);
    expect((await service.parts.memberships.of([ann, bob])).map(({ rooms }) => rooms.length)).toEqual([1, 1]);
  });

  it('is with somebody else who exists', async () => {
    await expect(open(ann, ann)).rejects.toMatchObject({
      code: 'invalid',
      details: { fields: [{ field: 'user', code: 'invalid' }] },
    });
    await expect(open(ann, randomUUID())).rejects.toMatchObject({
      code: 'not_found',
      details: { fields: [{ field: 'user', code: 'not_found' }] },
    });
  });

  it('stays between the two, and says why nothing can be changed about it', async () => {
    const { parts, others } = service;
    for (const id of [ann, bob]) others.accounts.get(id)!.permissions = ['invite_members', 'remove_members'];
    const { id: room } = (await open(ann, bob)).room;
    const asked = { actor: ann, room };
    for (const attempt of [
      () => parts.members.leave(asked),
      () => parts.members.add({ ...asked, user: eve }),
      () => parts.moderation.remove({ ...asked, user: bob, ban: true }),
      () => parts.moderation.setRole({ ...asked, user: bob, role: 'owner' }),
      () => parts.rooms.patch({ ...asked, title: 'x', visibility: 'public' }),
      () => parts.rooms.delete(asked),
      () => parts.invites.create({ ...asked, expires_in: 60, uses: null }),
    ])
      await expect(attempt()).rejects.toMatchObject({
        code: 'forbidden',
        details: { detail: expect.stringMatching(/^a direct conversation /) },
      });
  });

  it('is unknown to everybody else', async () => {
    const { id: room } = (await open(ann, bob)).room;
    const { parts } = service;
    await expect(parts.rooms.get({ actor: eve, room })).rejects.toEqual(refused('not_found'));
    await expect(parts.members.join({ actor: eve, room })).rejects.toEqual(refused('not_found'));
    await expect(parts.members.list({ actor: eve, room, limit: 5 })).rejects.toEqual(refused('not_found'));
    expect((await parts.rooms.search({ actor: eve, q: 'u', limit: 50 })).items.map(({ id }) => id)).not.toContain(room);
  });

  it('is not made where one of the two is in as many rooms as one may be', async () => {
    await service.database.dataSource.query(
      `WITH made AS (
         INSERT INTO rooms (id, title, title_folded, topic, kind, visibility, history, members_can_invite, created_at)
         SELECT gen_random_uuid(), '', '', '', 'dm', 'private', 'all', true, now() FROM generate_series(1, 1000)
         RETURNING id),
       head AS (INSERT INTO heads (room, last_seq, last_ts) SELECT id, 0, now() FROM made)
       INSERT INTO members (room, usr, role, joined_seq, joined_at, delivered, read)
       SELECT id, $1, 'member', 0, now(), 0, 0 FROM made`,
      [bob],
    );
    await expect(open(ann, bob)).rejects.toEqual(refused('quota'));
    expect((await service.parts.memberships.of([ann]))[0]?.rooms).toEqual([]);
  });
});
