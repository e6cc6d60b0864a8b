import { randomUUID } from 'node:crypto';
import type { ReceiptEvent } from '@natter/contracts/events';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Statements } from '../database/statements.js';
import { LateRepository } from '../late/late.repository.js';
import { LateService } from '../late/late.service.js';
import { Router } from '../log/router.js';
import { recordingBus } from '../testing/replica.js';
import { createRoomsDatabase, type RoomsDatabase, silent } from '../testing/rooms-database.js';
import { CursorService } from './cursor.service.js';
import { MembershipService } from './membership.service.js';
import { PresenceRooms } from './presence-rooms.js';

const [ann, bob, eve] = [randomUUID(), randomUUID(), randomUUID()];
const { sent, bus } = recordingBus();

let database: RoomsDatabase;
let statements: Statements;
let cursors: CursorService;
let late: LateService;
let memberships: MembershipService;

beforeAll(async () => {
  database = await createRoomsDatabase();
  statements = new Statements(database.url, silent);
  const router = new Router(
    bus,
    { instancesOf: () => ['ws-1'] },
    { head: () => undefined },
    { routed: () => undefined },
    silent,
  );
  cursors = new CursorService(statements, router);
  late = new LateService(new LateRepository(statements));
  memberships = new MembershipService(statements, () => 1_000_000);
});

afterAll(async () => {
  await statements?.close();
  await database?.drop();
});

/** Writes messages of `sender` that are so many seconds old, oldest first. */
async function messages(room: string, sender: string, ages: readonly number[]): Promise<void> {
  await database.dataSource.query(
    `WITH head AS (UPDATE heads SET last_seq = last_seq + cardinality($3::int[]) WHERE room = $1
                   RETURNING last_seq - cardinality($3::int[]) AS base)
     INSERT INTO log (room, seq, type, ts, sender, id, payload)
     SELECT $1, base + n, 'message', now() - make_interval(secs => age), $2, gen_random_uuid(),
            json_build_object('body', 'text ' || base + n)
     FROM head, unnest($3::int[]) WITH ORDINALITY AS a (age, n)`,
    [room, sender, ages],
  );
}

interface Cursors {
  delivered: number;
  read: number;
  missed: string;
}

async function cursorsOf(room: string, user: string): Promise<Cursors> {
  const [row]: Cursors[] = await database.dataSource.query(
    `SELECT delivered, read, missed::text FROM members WHERE room = $1 AND usr = $2`,
    [room, user],
  );
  return row!;
}

type Asker = Parameters<LateService['list']>[0]['users'][number];
const lateOf = async (user: string, limit = 100, more: Partial<Asker> = {}) =>
  (await late.list({ users: [{ user, dismissed: {}, ...more }], limit })).users[0]!;
const lateSeqs = async (user: string, more: Partial<Asker> = {}) =>
  (await lateOf(user, 100, more)).items.map(({ room, seq }) => [room, seq]);

describe('cursors', () => {
  it('only rise, stop at the head, and are delivered where they are read', async () => {
    const room = await database.room([ann, bob]);
    await messages(room, ann, [0, 0, 0, 0, 0]);
    await cursors.advance([{ user: bob, room, delivered: 3 }]);
    expect(await cursorsOf(room, bob)).toMatchObject({ delivered: 3, read: 0 });
    await cursors.advance([{ user: bob, room, delivered: 1, read: 4 }]);
    expect(await cursorsOf(room, bob)).toMatchObject({ delivered: 4, read: 4 });
    await cursors.advance([
      { user: bob, room, read: 2, delivered: 99 },
      { user: bob, room, delivered: 4 },
      { user: eve, room, delivered: 4 },
      { user: bob, room: randomUUID(), read: 1 },
    ]);
    expect(await cursorsOf(room, bob)).toMatchObject({ delivered: 5, read: 4 });
    expect(await cursorsOf(room, ann)).toMatchObject({ delivered: 0, read: 0 });
  });

  it('are told to small rooms when they moved, and not to large ones', async () => {
    const small = await database.room([ann, bob]);
    const large = await database.room([bob, ...Array.from({ length: 100 }, () => randomUUID())]);
    for (const room of [small, large]) await messages(room, ann, [0]);
    sent.length = 0;
    await cursors.advance([
      { user: bob, room: small, delivered: 1 },
      { user: bob, room: large, delivered: 1 },
    ]);
    await cursors.advance([{ user: bob, room: small, delivered: 1 }]);
    const receipts = sent.flatMap(({ events }) => events);
    expect(receipts.map(({ seq }) => seq)).toEqual([0]);
    const receipt: ReceiptEvent = { type: 'receipt', room: small, user: bob, delivered: 1, read: 0 };
    expect(JSON.parse(String(receipts[0]!.bytes))).toEqual(receipt);
  });

  it('remember what was confirmed too late until it is read', async () => {
    const room = await database.room([ann, bob]);
    await messages(room, ann, [60, 50, 40, 1, 0]);
    await cursors.advance([{ user: bob, room, delivered: 5 }]);
    expect(await cursorsOf(room, bob)).toMatchObject({ missed: '{[1,4)}' });
    await messages(room, ann, [0, 0]);
    await cursors.advance([{ user: bob, room, delivered: 7 }]);
    expect(await cursorsOf(room, bob)).toMatchObject({ missed: '{[1,4)}' });
    await cursors.advance([{ user: bob, room, read: 2 }]);
    expect(await cursorsOf(room, bob)).toMatchObject({ missed: '{[3,4)}' });
    await cursors.advance([{ user: bob, room, read: 7 }]);
    expect(await cursorsOf(room, bob)).toMatchObject({ missed: '{}' });
  });

  it('agree with the plainest model, whoever moves them at once', async () => {
    const people = [ann, bob, eve];
    const move = fc.record({
      room: fc.nat(1),
      user: fc.nat(2),
      delivered: fc.option(fc.nat(30), { nil: undefined }),
      read: fc.option(fc.nat(30), { nil: undefined }),
    });
    const batches = fc.array(fc.array(move, { maxLength: 12 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(batches, async (all) => {
        const rooms = [await database.room(people), await database.room(people)];
        for (const room of rooms)
          await messages(
            room,
            ann,
            Array.from({ length: 20 }, () => 0),
          );
        await Promise.all(
          all.map((batch) =>
            cursors.advance(batch.map((m) => ({ ...m, room: rooms[m.room]!, user: people[m.user]! }))),
          ),
        );
        for (const [r, room] of rooms.entries())
          for (const [u, user] of people.entries()) {
            const mine = all.flat().filter((m) => m.room === r && m.user === u);
            const read = Math.min(20, Math.max(0, ...mine.map((m) => m.read ?? 0)));
            const delivered = Math.min(20, Math.max(read, ...mine.map((m) => m.delivered ?? 0)));
            expect(await cursorsOf(room, user)).toEqual({ read, delivered, missed: '{}' });
          }
      }),
      { numRuns: 30 },
    );
  });
});

describe('late messages', () => {
  it('are told of though their time is still to come, for the clock was set back since', async () => {
    const dora = randomUUID();
    const room = await database.room([ann, dora]);
    await messages(room, ann, [20, -3_600, 0]);
    expect(await lateSeqs(dora)).toEqual([
      [room, 1],
      [room, 2],
    ]);
    const [push] = (await late.undelivered({ users: [dora], pushed: [] })).items;
    expect(push).toMatchObject({ room, seq: 2, count: 2 });
  });

  it('are those of others, neither confirmed in time, nor read, nor dismissed, oldest first', async () => {
    const dora = randomUUID();
    const [room, other] = [await database.room([ann, dora]), await database.room([ann, dora])];
    await messages(room, ann, [90, 80]);
    await messages(room, dora, [70]);
    await messages(room, ann, [60, 50, 0]);
    await messages(other, ann, [85, 75]);
    expect(await lateSeqs(dora)).toEqual([
      [room, 1],
      [other, 1],
      [room, 2],
      [other, 2],
      [room, 4],
      [room, 5],
    ]);
    // Delivered late is late all the same; what is read is not.
    await cursors.advance([
      { user: dora, room, delivered: 6, read: 1 },
      { user: dora, room: other, read: 2 },
    ]);
    expect(await lateSeqs(dora)).toEqual([
      [room, 2],
      [room, 4],
      [room, 5],
    ]);
    const dismissed = {
      [room]: [
        [1, 2],
        [5, 5],
        [9, 3],
      ] as [number, number][],
    };
    expect(await lateSeqs(dora, { dismissed })).toEqual([[room, 4]]);
    const answer = await lateOf(dora);
    expect(answer).toMatchObject({ count: 3, read: { [room]: 1, [other]: 2 } });
    expect(answer.items[0]).toMatchObject({ preview: 'text 2', mention: false });
  });

  it('show the names of their files where they have no text', async () => {
    const dora = randomUUID();
    const room = await database.room([ann, dora]);
    await messages(room, ann, [90]);
    const files = [{ name: 'plan.pdf' }, { name: 'bild.png' }];
    const previews = async (payload: object) => {
      await database.dataSource.query(`UPDATE log SET payload = $2 WHERE room = $1`, [room, JSON.stringify(payload)]);
      const { items } = await lateOf(dora, 1);
      const pushed = await late.undelivered({ users: [dora], pushed: [] });
      return [items[0]?.preview, pushed.items[0]?.preview];
    };
    expect(await previews({ body: '', files })).toEqual(Array(2).fill('📎 plan.pdf, bild.png'));
    expect(await previews({ body: 'look', files })).toEqual(['look', 'look']);
    expect(await previews({ body: 'x'.repeat(200) })).toEqual(Array(2).fill('x'.repeat(140)));
  });

  it('are read page by page, and counted as a whole', async () => {
    const dora = randomUUID();
    const [room, other] = [await database.room([ann, dora]), await database.room([ann, dora])];
    await messages(room, ann, [90, 80, 70, 60]);
    await messages(other, ann, [80, 75, 60]);
    const seen: unknown[] = [];
    for (let after: { ts: string; room: string; seq: number } | undefined; ; ) {
      const { items, count } = await lateOf(dora, 2, { after });
      expect(count).toBe(7);
      if (items.length === 0) break;
      seen.push(...items.map(({ room, seq }) => [room, seq]));
      after = items.at(-1)!;
    }
    expect(seen).toEqual(await lateSeqs(dora));
    expect(seen).toHaveLength(7);
  });

  it('are read for many at once as for each alone', async () => {
    const [dora, finn] = [randomUUID(), randomUUID()];
    const [room, other] = [await database.room([ann, dora, finn]), await database.room([ann, dora])];
    await messages(room, ann, [90, 80, 70]);
    await messages(other, ann, [85, 75]);
    await cursors.advance([{ user: finn, room, read: 1 }]);
    const [first] = (await lateOf(dora)).items;
    const askers: Asker[] = [
      { user: eve, dismissed: {} },
      { user: finn, dismissed: { [room]: [[2, 2]] } },
      { user: dora, dismissed: {}, after: first },
      { user: dora, dismissed: { [other]: [[1, 1]] } },
    ];
    const alone = await Promise.all(askers.map((asker) => lateOf(asker.user, 2, asker)));
    expect((await late.list({ users: askers, limit: 2 })).users).toEqual(alone);
    expect(alone.map(({ items, count }) => [items.length, count])).toEqual([
      [0, 0],
      [1, 1],
      [2, 5],
      [2, 4],
    ]);
  });

  it('come with how far their reader has read, where that is asked for', async () => {
    const [dora, finn] = [randomUUID(), randomUUID()];
    const room = await database.room([dora, finn]);
    const readOf = async (...wishes: boolean[]) => {
      const users = [dora, finn].map((user, place) => ({ user, dismissed: {}, read: wishes[place] }));
      return (await late.list({ users, limit: 2 })).users.map(({ read }) => read);
    };
    expect(await readOf()).toEqual([{ [room]: 0 }, { [room]: 0 }]);
    expect(await readOf(true, false)).toEqual([{ [room]: 0 }, {}]);
    expect(await readOf(false, false)).toEqual([{}, {}]);
  });

  it('are not those of rooms that are to keep quiet', async () => {
    const dora = randomUUID();
    const [quiet, muted, loud] = [
      await database.room([dora]),
      await database.room([dora]),
      await database.room([dora]),
    ];
    for (const room of [quiet, muted, loud]) await messages(room, ann, [60]);
    const set = (what: string, room: string) =>
      database.dataSource.query(`UPDATE members SET ${what} WHERE room = $1`, [room]);
    await set(`notify = 'none'`, quiet);
    await set(`muted_until = now() + interval '1 hour'`, muted);
    await set(`muted_until = now() - interval '1 hour'`, loud);
    expect(await lateSeqs(dora)).toEqual([[loud, 1]]);
  });
});

describe('what was not delivered', () => {
  it('is told by room, newest message and count, above all that was delivered, read or pushed', async () => {
    const [dora, finn] = [randomUUID(), randomUUID()];
    const [room, other] = [await database.room([ann, dora, finn]), await database.room([ann, dora])];
    await messages(room, ann, [90, 80]);
    await messages(room, dora, [70]);
    await messages(room, ann, [60, 0]);
    await messages(other, ann, [85]);
    const about = async (users: string[], pushed: [string, string, number][] = []) =>
      (await late.undelivered({ users, pushed })).items.map(({ user, room, seq, count }) => [user, room, seq, count]);
    expect(await about([dora, finn])).toEqual(
      expect.arrayContaining([
        [dora, room, 4, 3],
        [finn, room, 4, 4],
        [dora, other, 1, 1],
      ]),
    );
    expect(await about([finn], [[finn, room, 2]])).toEqual([[finn, room, 4, 2]]);
    await cursors.advance([{ user: dora, room, delivered: 2 }]);
    await cursors.advance([{ user: dora, room: other, read: 1 }]);
    expect(await about([dora], [[finn, room, 9]])).toEqual([[dora, room, 4, 1]]);
    expect(await about([dora], [[dora, room, 4]])).toEqual([]);
    expect((await late.undelivered({ users: [dora], pushed: [] })).items[0]).toMatchObject({
      delivered: 2,
      preview: 'text 4',
      mentions: 0,
    });
  });
});

describe('memberships', () => {
  it('of many users come at once, in the order asked, with what is unread', async () => {
    const dora = randomUUID();
    const room = await database.room([ann, dora]);
    await messages(room, ann, [5, 5, 5]);
    await messages(room, dora, [4]);
    await cursors.advance([{ user: dora, room, read: 1 }]);
    const nobody = randomUUID();
    const answer = await memberships.of([nobody, dora]);
    expect(answer[0]).toEqual({ user: nobody, rooms: [] });
    expect(answer[1]).toMatchObject({
      user: dora,
      rooms: [{ id: room, last_seq: 4, read: 1, delivered: 1, unread: 2, members: 2, visible_after: 0 }],
    });
  });

  it('say where a history begins that starts with joining', async () => {
    const dora = randomUUID();
    const room = await database.room([ann, dora]);
    await database.dataSource.query(`UPDATE rooms SET history = 'since_join' WHERE id = $1`, [room]);
    await database.dataSource.query(`UPDATE members SET joined_seq = 7 WHERE room = $1 AND usr = $2`, [room, dora]);
    expect((await memberships.of([dora]))[0]?.rooms[0]).toMatchObject({ visible_after: 6 });
  });

  it('that do not fit into one answer leave users out, but never the first', async () => {
    const people = [randomUUID(), randomUUID(), randomUUID()];
    for (let i = 0; i < 3; i++) await database.room(people);
    const tight = new MembershipService(statements, () => 3_000);
    const answer = await tight.of(people);
    expect(answer.map(({ user }) => user)).toEqual(people.slice(0, 1));
    expect(answer[0]?.rooms).toHaveLength(3);
  });

  it('count far too many unread messages by their seqs', async () => {
    const dora = randomUUID();
    const room = await database.room([ann, dora]);
    await messages(
      room,
      ann,
      Array.from({ length: 201 }, () => 0),
    );
    expect((await memberships.of([dora]))[0]?.rooms[0]).toMatchObject({ unread: 201 });
  });
});

describe('presence', () => {
  it('is shown in rooms of at most 500 and in DMs, not where one is no longer', async () => {
    const [dora, emil] = [randomUUID(), randomUUID()];
    const [small, big, dm, left] = await Promise.all(
      [1, 2, 3].map(() => database.room([dora])).concat(database.room([emil])),
    );
    await database.dataSource.query(`UPDATE rooms SET members = 500 WHERE id = $1`, [small]);
    await database.dataSource.query(`UPDATE rooms SET members = 501 WHERE id = ANY ($1)`, [[big, dm]]);
    await database.dataSource.query(`UPDATE rooms SET kind = 'dm', owner = NULL WHERE id = $1`, [dm]);
    const answer = await new PresenceRooms(statements, () => 1_000_000).of([emil, dora]);
    expect(answer.map(({ user, rooms }) => [user, rooms.sort()])).toEqual([
      [emil, [left]],
      [dora, [small, dm].sort()],
    ]);
  });

  it('of users that do not fit into one answer is asked again, but never of the first', async () => {
    const people = [randomUUID(), randomUUID(), randomUUID()];
    for (let i = 0; i < 3; i++) await database.room(people);
    const answer = await new PresenceRooms(statements, () => 39).of(people);
    expect(answer.map(({ user, rooms }) => [user, rooms.length])).toEqual([[people[0], 3]]);
  });
});
