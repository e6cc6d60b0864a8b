import { randomUUID } from 'node:crypto';
import type { Notify } from '@natter/contracts/events';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Statements } from '../database/statements.js';
import { LateRepository } from '../late/late.repository.js';
import { LateService } from '../late/late.service.js';
import { silent } from '../testing/rooms-database.js';
import { refused, startService, type TestService } from '../testing/service.js';

let service: TestService;
let statements: Statements;
let late: LateService;
let ann: string;
let bob: string;
let room: string;

beforeAll(async () => {
  service = await startService();
  statements = new Statements(service.database.url, silent);
  late = new LateService(new LateRepository(statements), 0);
});

afterAll(async () => {
  await statements?.close();
  await service?.stop();
});

beforeEach(async () => {
  [ann, bob] = [service.others.account('ann'), service.others.account('bob')];
  const body = { visibility: 'private', history: 'all', members_can_invite: true } as const;
  const made = await service.parts.rooms.create({
    ...body,
    name: `r${randomUUID().slice(0, 9)}`,
    members: [bob],
    actor: ann,
  });
  room = made.room.id;
});

const prefer = (notify: Notify, mutedUntil: Date | null = null, actor = bob) =>
  service.parts.members.prefer({ actor, room, notify, muted_until: mutedUntil?.toISOString() });
const send = async (body: string) =>
  (await service.parts.messages.send({ actor: ann, room, username: 'ann', id: randomUUID(), body })).seq;
/** What is pending for bob, by both ways of asking, which agree. */
const pending = async (): Promise<[preview: string, mention: boolean][]> => {
  const { items, count } = (await late.list({ users: [{ user: bob, dismissed: {} }], limit: 100 })).users[0]!;
  const [pushed] = (await late.undelivered({ users: [bob], pushed: [] })).items;
  expect(count).toBe(items.length);
  expect([pushed?.count ?? 0, pushed?.mentions ?? 0]).toEqual([items.length, items.filter((i) => i.mention).length]);
  return items.map(({ preview, mention }) => [preview, mention]);
};
const inAnHour = () => new Date(Date.now() + 3_600_000);

describe('preferences', () => {
  it('are shown to the member, wherever a room is', async () => {
    const until = inAnHour();
    expect(await prefer('mentions', until)).toEqual({ notify: 'mentions', muted_until: until.toISOString() });
    const expected = { notify: 'mentions', muted_until: until.toISOString() };
    expect((await service.parts.memberships.of([bob]))[0]?.rooms).toMatchObject([expected]);
    expect((await service.parts.rooms.get({ actor: bob, room })).room).toMatchObject(expected);
    expect((await service.parts.rooms.get({ actor: ann, room })).room).toMatchObject({
      notify: 'all',
      muted_until: null,
    });
    expect(await prefer('all', new Date(0))).toEqual({ notify: 'all', muted_until: null });
  });

  it('are of members only', async () => {
    const eve = service.others.account('eve');
    await expect(prefer('all', null, eve)).rejects.toEqual(refused('not_found'));
    await service.parts.rooms.patch({ actor: ann, room, visibility: 'public' });
    await expect(prefer('all', null, eve)).rejects.toEqual(refused('not_member'));
  });

  it('decide what is pending: all, only what names one, or nothing', async () => {
    await send('plain');
    await send('for @bob');
    expect(await pending()).toEqual([
      ['plain', false],
      ['for @bob', true],
    ]);
    await prefer('mentions');
    expect(await pending()).toEqual([['for @bob', true]]);
    await prefer('none');
    expect(await pending()).toEqual([]);
  });

  it('that asked for nothing are not undone later for what was said meanwhile', async () => {
    await prefer('none');
    await send('@bob, while none');
    await prefer('mentions');
    expect(await pending()).toEqual([]);
    await send('@bob, after');
    expect(await pending()).toEqual([['@bob, after', true]]);
  });

  it('mute: nothing of the time of the mute comes, also when it is lifted early', async () => {
    await send('before');
    await prefer('all', inAnHour());
    await send('muted');
    expect(await pending()).toEqual([]);
    await prefer('all');
    await send('after');
    expect(await pending()).toEqual([['after', false]]);
  });

  it('mute until a time, and then no longer', async () => {
    await prefer('all', new Date(Date.now() + 60));
    await send('muted');
    await expect.poll(async () => (await service.parts.rooms.get({ actor: bob, room })).room.muted_until).toBeNull();
    await send('after');
    expect(await pending()).toEqual([['after', false]]);
  });
});
