// What becomes of messages: edits, deletions, reactions, threads, mentions; live, replayed and in the database.
import { randomUUID } from 'node:crypto';
import type { DeletedEvent, EditedEvent, LogEvent, MessageEvent, ReactionEvent } from '@natter/contracts/events';
import { limits } from '@natter/contracts/limits';
import type { AppendItem, DeleteItem, EditItem, ReactItem, SendItem } from '@natter/contracts/messages';
import { subjects } from '@natter/contracts/subjects';
import { decodeDelivery } from '@natter/service-kit/delivery';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../testing/service.js';
import { until } from '../testing/wait.js';
import type { AppendResult } from './outcomes.js';

let service: TestService;
let ann: string;
let bob: string;
let eve: string;

beforeAll(async () => {
  service = await startService();
  [ann, bob, eve] = ['ann', 'bob', 'eve.'].map((name) => service.others.account(name)) as [string, string, string];
});

afterAll(() => service?.stop());

const names = () => new Map([...service.others.accounts].map(([id, { username }]) => [id, username]));

/** A room of ann's, with the others in it: their comings are seqs 2 and 3. */
async function create(more: { history?: 'all' | 'since_join'; members?: string[] } = {}): Promise<string> {
  const name = `r${randomUUID().slice(0, 12)}x`;
  const defaults = { visibility: 'public' as const, history: 'all' as const, members_can_invite: true };
  const { room } = await service.parts.rooms.create({ actor: ann, name, ...defaults, members: [bob, eve], ...more });
  return room.id;
}

const base = (room: string, sender: string, id: string = randomUUID()) => ({
  ref: 0,
  room,
  sender,
  username: names().get(sender) ?? 'somebody',
  id,
});
type More<Item> = Partial<Item> & { id?: string };
const put = (item: AppendItem): Promise<AppendResult> => service.parts.appender.append(item);
const say = (room: string, sender: string, body: string, more: More<SendItem> = {}) =>
  put({ ...base(room, sender), body, ...more });
const edit = (room: string, sender: string, target: number, body: string, more: More<EditItem> = {}) =>
  put({ ...base(room, sender), type: 'edit', target, body, ...more });
const erase = (room: string, sender: string, target: number, more: More<DeleteItem> = {}) =>
  put({ ...base(room, sender), type: 'delete', target, ...more });
const react = (room: string, sender: string, target: number, emoji: string, more: More<ReactItem> = {}) =>
  put({ ...base(room, sender), type: 'react', target, emoji, op: 'add', ...more });

const seqOf = (result: AppendResult): number => {
  expect(result).toHaveProperty('seq');
  return 'seq' in result ? result.seq : 0;
};
const eventsOf = async (room: string, actor = ann): Promise<LogEvent[]> =>
  (await service.parts.messages.listEvents({ actor, room, after: 0, limit: 100 })).items;
const at = async <Event extends LogEvent>(room: string, seq: number, actor = ann): Promise<Event | undefined> =>
  (await eventsOf(room, actor)).find((event) => event.seq === seq) as Event | undefined;
const messageAt = (room: string, seq: number, actor = ann) => at<MessageEvent>(room, seq, actor);
const inDatabase = async (text: string): Promise<number> => {
  const rows: { count: number }[] = await service.database.dataSource.query(
    `SELECT count(*) FROM log WHERE payload LIKE '%' || $1 || '%' OR proof = sha256(convert_to($1, 'UTF8'))`,
    [text],
  );
  return rows[0]?.count ?? -1;
};

describe('an edit', () => {
  it('gives a message its newest text, in history and in every edit of it', async () => {
    const room = await create();
    const target = seqOf(await say(room, ann, 'one', { meta: { n: 1.5e300 } }));
    const first = seqOf(await edit(room, ann, target, 'two'));
    const second = await edit(room, ann, target, 'three "quoted" \\ \u2028 👍');
    const message = await messageAt(room, target);
    const body = 'three "quoted" \\ \u2028 👍';
    expect(message).toMatchObject({
      body,
      edited_at: 'ts' in second && second.ts,
      deleted: false,
      meta: { n: 1.5e300 },
    });
    for (const seq of [first, seqOf(second)])
      expect(await at<EditedEvent>(room, seq)).toMatchObject({
        type: 'edited',
        target,
        body,
        by: { id: ann, username: 'ann' },
      });
    expect((await service.parts.messages.listMessages({ actor: bob, room, limit: 9 })).items).toEqual([message]);
    expect(await inDatabase('"one"')).toBe(0);
  });

  it('is the sender’s own', async () => {
    const room = await create();
    const target = seqOf(await say(room, bob, 'mine'));
    expect(await edit(room, ann, target, 'yours')).toEqual({ code: 'forbidden' });
    expect(await edit(room, randomUUID(), target, 'x')).toEqual({ code: 'not_member' });
    expect((await messageAt(room, target))?.body).toBe('mine');
    await service.parts.members.leave({ actor: bob, room });
    expect(await edit(room, bob, target, 'gone')).toEqual({ code: 'not_member' });
  });

  it('is of a message that is there', async () => {
    const [room, other] = [await create(), await create()];
    seqOf(await say(room, ann, 'x'));
    for (const target of [1, 99]) expect(await edit(room, ann, target, 'y')).toEqual({ code: 'not_found' });
    expect(await edit(other, ann, 4, 'y')).toEqual({ code: 'not_found' });
    expect(await edit(randomUUID(), ann, 1, 'y')).toEqual({ code: 'not_found' });
  });

  it('is answered again as the first time, and its id is good for nothing else', async () => {
    const room = await create();
    const target = seqOf(await say(room, ann, 'one'));
    const other = seqOf(await say(room, ann, 'other'));
    const id = randomUUID();
    const first = await edit(room, ann, target, 'two', { id });
    await edit(room, ann, target, 'three');
    expect(await edit(room, ann, target, 'two', { id })).toEqual({ ...first, dup: true });
    for (const wrong of [
      edit(room, ann, target, 'three', { id }),
      edit(room, ann, other, 'two', { id }),
      erase(room, ann, target, { id }),
      say(room, ann, 'two', { id }),
    ])
      expect(await wrong).toEqual({ code: 'id_conflict' });
    expect((await messageAt(room, target))?.body).toBe('three');
  });

  it('does not keep the first send from being known', async () => {
    const room = await create();
    const id = randomUUID();
    const first = await say(room, ann, 'one', { id });
    await edit(room, ann, seqOf(first), 'two');
    expect(await say(room, ann, 'one', { id })).toEqual({ ...first, dup: true });
    expect(await say(room, ann, 'two', { id })).toEqual({ code: 'id_conflict' });
    expect(await edit(room, ann, seqOf(first), 'one', { id })).toEqual({ code: 'id_conflict' });
    await erase(room, ann, seqOf(first));
    expect(await say(room, ann, 'one', { id })).toEqual({ ...first, dup: true });
  });
});

describe('a deletion', () => {
  it('leaves no text, nowhere, at once', async () => {
    const room = await create();
    const [secret, later] = [`secret ${randomUUID()}`, `worse ${randomUUID()}`];
    const id = randomUUID();
    const target = seqOf(await say(room, bob, secret, { meta: { also: secret } }));
    const edited = await edit(room, bob, target, later, { id });
    await react(room, ann, target, '👍');
    expect(await inDatabase(secret)).toBeGreaterThan(0);
    const seq = seqOf(await erase(room, bob, target));
    const message = await messageAt(room, target);
    expect(message).toMatchObject({ deleted: true, mentions: [], reactions: {}, replies: null, sender: { id: bob } });
    for (const key of ['body', 'files', 'meta']) expect(message).not.toHaveProperty(key);
    expect(await at<DeletedEvent>(room, seq)).toMatchObject({
      type: 'deleted',
      target,
      by: { id: bob, username: 'bob' },
    });
    const editing = await at<EditedEvent>(room, seqOf(edited));
    expect(editing).toMatchObject({ type: 'edited', target });
    for (const key of ['body', 'mentions']) expect(editing).not.toHaveProperty(key);
    expect([await inDatabase(secret), await inDatabase(later)]).toEqual([0, 0]);
    expect(await edit(room, bob, target, later, { id })).toEqual({ ...edited, dup: true });
  });

  it('is for the sender, the owner and admins', async () => {
    const room = await create();
    const targets: number[] = [];
    for (const body of ['one', 'two', 'three']) targets.push(seqOf(await say(room, bob, body)));
    expect(await erase(room, eve, targets[0]!)).toEqual({ code: 'forbidden' });
    seqOf(await erase(room, ann, targets[0]!));
    await service.database.dataSource.query(`UPDATE members SET role = 'admin' WHERE room = $1 AND usr = $2`, [
      room,
      eve,
    ]);
    seqOf(await erase(room, eve, targets[1]!));
    seqOf(await erase(room, bob, targets[2]!));
  });

  it('ends all that may be done with a message, and is answered again', async () => {
    const room = await create();
    const target = seqOf(await say(room, bob, 'x'));
    const id = randomUUID();
    const first = await erase(room, bob, target, { id });
    expect(await erase(room, bob, target, { id })).toEqual({ ...first, dup: true });
    for (const late of [edit(room, bob, target, 'y'), erase(room, bob, target), react(room, ann, target, '👍')])
      expect(await late).toEqual({ code: 'gone' });
    // A thread outlives its first message, and a text may answer what is gone.
    const answer = seqOf(await say(room, ann, 'still here', { thread: target, reply_to: target }));
    expect((await messageAt(room, target))?.replies).toEqual({ count: 1, last_seq: answer });
  });
});

describe('a reaction', () => {
  it('is on the message until it is taken away; what changes nothing is answered with what stands', async () => {
    const room = await create();
    const said = await say(room, ann, 'x');
    const target = seqOf(said);
    const added = await react(room, bob, target, '👍');
    await react(room, eve, target, '👍');
    await react(room, bob, target, '🎉');
    expect((await messageAt(room, target))?.reactions).toEqual({ '👍': [bob, eve], '🎉': [bob] });
    expect(await at<ReactionEvent>(room, seqOf(added))).toMatchObject({
      target,
      emoji: '👍',
      op: 'add',
      by: { id: bob },
    });
    const head = (await eventsOf(room)).length;
    expect(await react(room, bob, target, '👍')).toEqual({ ...added, dup: true });
    expect(await react(room, bob, target, '🙈', { op: 'remove' })).toEqual({ ...said, dup: true });
    expect(await eventsOf(room)).toHaveLength(head);

    const removed = await react(room, bob, target, '👍', { op: 'remove' });
    expect(await react(room, bob, target, '👍', { op: 'remove' })).toEqual({ ...removed, dup: true });
    expect((await messageAt(room, target))?.reactions).toEqual({ '👍': [eve], '🎉': [bob] });
    const again = await react(room, bob, target, '👍');
    expect(seqOf(again)).toBe(seqOf(removed) + 1);
    expect((await messageAt(room, target))?.reactions).toEqual({ '👍': [eve, bob], '🎉': [bob] });
  });

  it('is answered again as the first time, and its id is good for nothing else', async () => {
    const room = await create();
    const target = seqOf(await say(room, ann, 'x'));
    const id = randomUUID();
    const first = await react(room, bob, target, '👍', { id });
    await react(room, bob, target, '👍', { op: 'remove' });
    expect(await react(room, bob, target, '👍', { id })).toEqual({ ...first, dup: true });
    expect((await messageAt(room, target))?.reactions).toEqual({});
    expect(await react(room, bob, target, '🎉', { id })).toEqual({ code: 'id_conflict' });
    expect(await react(room, bob, target, '👍', { id, op: 'remove' })).toEqual({ code: 'id_conflict' });
  });

  it('has bounds on each message', async () => {
    const room = await create();
    const target = seqOf(await say(room, ann, 'x'));
    const emoji = Array.from({ length: limits.emojiPerMessage }, (_, i) => String.fromCodePoint(0x1f600 + i));
    for (const one of emoji) seqOf(await react(room, ann, target, one));
    expect(await react(room, ann, target, '🎉')).toMatchObject({ code: 'forbidden' });
    seqOf(await react(room, bob, target, emoji[0]!));
    await service.database.dataSource.query(
      `INSERT INTO reactions SELECT $1, $2, $3, gen_random_uuid(), n % 2 = 0, 5, now() FROM generate_series(1, $4::int) n`,
      [room, target, emoji[0], 2 * limits.reactionsPerMessage - 100],
    );
    // Room is made by forgetting what was taken away; then the message is full.
    let held = 0;
    for (let i = 0; i < 150; i++) {
      const user = randomUUID();
      await service.database.dataSource.query(
        `INSERT INTO members SELECT room, $2, 'member', joined_seq, joined_at, delivered, read, missed, notify, muted_until
         FROM members WHERE room = $1 AND usr = $3`,
        [room, user, bob],
      );
      const result = await react(room, user, target, emoji[1]!);
      if ('seq' in result) held++;
      else expect(result.code).toBe('forbidden');
    }
    const { reactions = {} } = (await messageAt(room, target)) ?? {};
    expect(Object.values(reactions).flat()).toHaveLength(limits.reactionsPerMessage);
    expect(held).toBeLessThan(150);
    seqOf(await react(room, bob, target, emoji[0]!, { op: 'remove' }));
    seqOf(await react(room, bob, target, emoji[1]!));
  });
});

describe('a thread', () => {
  it('begins with a message that is in none, and counts what is said in it', async () => {
    const room = await create();
    const root = seqOf(await say(room, ann, 'root'));
    const first = seqOf(await say(room, bob, 'first', { thread: root }));
    expect(await say(room, bob, 'x', { thread: first })).toMatchObject({
      code: 'not_found',
      fields: [{ field: 'thread' }],
    });
    expect(await say(room, bob, 'x', { thread: 1 })).toMatchObject({ code: 'not_found' });
    expect(await say(room, bob, 'x', { reply_to: 1 })).toMatchObject({
      code: 'not_found',
      fields: [{ field: 'reply_to' }],
    });
    await say(room, bob, 'beside');
    const second = seqOf(await say(room, ann, 'second', { thread: root, reply_to: first }));
    expect((await messageAt(room, root))?.replies).toEqual({ count: 2, last_seq: second });
    expect((await messageAt(room, first))?.replies).toBe(null);
    const thread = (more: object) =>
      service.parts.messages.listMessages({ actor: bob, room, thread: root, limit: 50, ...more });
    expect((await thread({})).items.map(({ seq }) => seq)).toEqual([first, second]);
    expect(await thread({ limit: 1 })).toMatchObject({ items: [{ seq: second, thread: root }], more: true });
    expect(await thread({ limit: 1, after: 0 })).toMatchObject({ items: [{ seq: first }], more: true });
    expect((await thread({ thread: first })).items).toEqual([]);
    await erase(room, bob, first);
    expect((await messageAt(room, root))?.replies).toEqual({ count: 2, last_seq: second });
    expect((await thread({})).items).toMatchObject([{ seq: first, deleted: true }, { seq: second }]);
  });
});

describe('a mention', () => {
  const mentionsOf = async (room: string, user: string) => {
    const [memberships] = await service.parts.memberships.of([user]);
    const { unread, mentions } = memberships?.rooms.find(({ id }) => id === room) ?? {};
    return { unread, mentions };
  };

  it('is of members, by their names, whatever the case, up to the end of a sentence', async () => {
    const room = await create();
    await service.parts.members.leave({ actor: eve, room });
    const mention = async (body: string) => (await messageAt(room, seqOf(await say(room, bob, body))))?.mentions;
    expect(await mention('hello @Ann, and @ANN. and @bob!')).toEqual([ann, bob]);
    expect(await mention('mail ann@bob.example, or @nobody, or @eve.')).toEqual([]);
    await service.parts.members.join({ actor: eve, room });
    expect(await mention('ask @eve.')).toEqual([eve]);
    expect(await mention('ask @eve')).toEqual([]);
    expect(await mention('@ann..')).toEqual([ann]);
    expect(await mention('nobody at all')).toEqual([]);
  });

  it('counts until it is read, edited away or deleted, and never for its sender', async () => {
    const room = await create();
    const target = seqOf(await say(room, bob, '@ann @bob see this'));
    const other = seqOf(await say(room, bob, '@ann and this'));
    await say(room, bob, 'and that');
    await service.parts.cursors.advance([{ room, user: ann, read: target - 1 }]);
    expect(await mentionsOf(room, ann)).toEqual({ unread: 3, mentions: 2 });
    expect(await mentionsOf(room, bob)).toMatchObject({ mentions: 0 });
    await edit(room, bob, target, 'see this, @eve.');
    expect((await messageAt(room, target))?.mentions).toEqual([eve]);
    expect(await mentionsOf(room, ann)).toEqual({ unread: 3, mentions: 1 });
    expect(await mentionsOf(room, eve)).toMatchObject({ mentions: 1 });
    await erase(room, bob, other);
    expect(await mentionsOf(room, ann)).toEqual({ unread: 2, mentions: 0 });
    await edit(room, bob, target, 'see this, @ann');
    await service.parts.cursors.advance([{ room, user: ann, read: target }]);
    expect(await mentionsOf(room, ann)).toMatchObject({ mentions: 0 });
  });

  it('is one of so many that a message may have', async () => {
    const room = await create();
    const crowd = Array.from({ length: limits.mentionsPerMessage + 5 }, (_, i) => `crowd${i}`);
    await service.database.dataSource.query(
      `WITH u AS (
         INSERT INTO users (id, username, display_name, names_folded, version)
         SELECT gen_random_uuid(), name, name, name, 1 FROM unnest($2::text[]) AS n (name) RETURNING id)
       INSERT INTO members SELECT $1, id, 'member', 1, now(), 0, 0 FROM u`,
      [room, crowd],
    );
    const target = seqOf(await say(room, ann, crowd.map((name) => `@${name}`).join(' ')));
    expect((await messageAt(room, target))?.mentions).toHaveLength(limits.mentionsPerMessage);
  });
});

describe('somebody who came later, where the history begins with that', () => {
  it('finds nothing that was before, in any way', async () => {
    const room = await create({ history: 'since_join', members: [] });
    const old = seqOf(await say(room, ann, 'before'));
    seqOf(await say(room, ann, 'answer', { thread: old }));
    await service.parts.members.join({ actor: bob, room });
    for (const attempt of [
      react(room, bob, old, '👍'),
      erase(room, bob, old),
      edit(room, bob, old, 'x'),
      say(room, bob, 'x', { thread: old }),
      say(room, bob, 'x', { reply_to: old }),
    ])
      expect(await attempt).toMatchObject({ code: 'not_found' });
    await erase(room, ann, old);
    expect(await react(room, bob, old, '👍')).toEqual({ code: 'not_found' });
    const later = seqOf(await say(room, ann, 'later', { thread: old }));
    const thread = await service.parts.messages.listMessages({ actor: bob, room, thread: old, limit: 50 });
    expect(thread.items.map(({ seq }) => seq)).toEqual([later]);
    expect((await eventsOf(room, bob))[0]).toMatchObject({ type: 'member', user: { id: bob } });
  });
});

describe('what is on its way', () => {
  it('is not stored when its sender is removed while it waits for the lock', async () => {
    const room = await create();
    const target = seqOf(await say(room, bob, 'x'));
    const runner = service.database.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`SELECT 1 FROM heads WHERE room = $1 FOR NO KEY UPDATE`, [room]);
    const result = edit(room, bob, target, 'y');
    await until('the edit waits for the lock', async () => {
      const rows: unknown[] = await service.database.dataSource.query(
        `SELECT 1 FROM pg_stat_activity
         WHERE application_name = 'room-service append' AND datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return rows.length === 1;
    });
    await runner.query(`DELETE FROM members WHERE room = $1 AND usr = $2`, [room, bob]);
    await runner.commitTransaction();
    await runner.release();
    expect(await result).toEqual({ code: 'not_member' });
  });

  it('keeps its order, whatever it is, and a page is what the events so far add up to', async () => {
    const users = [ann, bob, eve];
    const step = fc.record({
      kind: fc.constantFrom('say', 'say', 'thread', 'mention', 'edit', 'edit', 'erase', 'react', 'react'),
      user: fc.nat(2),
      target: fc.nat(12),
      emoji: fc.constantFrom('👍', '🎉'),
      add: fc.boolean(),
    });
    const property = async (
      bursts: { kind: string; user: number; target: number; emoji: string; add: boolean }[][],
    ) => {
      const room = await create();
      await service.interested(room);
      const perform = ({ kind, user: index, target: choice, emoji, add }: (typeof bursts)[number][number]) => {
        const user = users[index]!;
        const target = 4 + choice;
        if (kind === 'say') return say(room, user, `text ${randomUUID()}`);
        if (kind === 'thread') return say(room, user, 'in a thread', { thread: target });
        if (kind === 'mention') return say(room, user, 'look, @ann and @bob');
        if (kind === 'edit') return edit(room, user, target, `edit for @${names().get(users[(index + 1) % 3]!)}`);
        if (kind === 'erase') return erase(room, user, target);
        return react(room, user, target, emoji, { op: add ? 'add' : 'remove' });
      };
      let last = 0;
      for (const burst of bursts) {
        const results = await Promise.all(burst.map(perform));
        const fresh = results.flatMap((result) => ('seq' in result && !result.dup ? [result.seq] : []));
        expect(fresh).toEqual(fresh.toSorted((a, b) => a - b)); // P6, over all kinds
        last = Math.max(last, ...fresh);
      }
      const live = () => service.events().filter((event) => event.room === room);
      await until('all is delivered', () => (live().at(-1)?.seq ?? 0) >= last);
      const told = live().map(({ bytes }) => JSON.parse(String(bytes)) as LogEvent);
      expect(told.map(({ seq }) => seq)).toEqual(told.map((_, i) => (told[0]?.seq ?? 0) + i));
      const request = JSON.stringify({ room, after: 3, limit: 500 });
      const block = decodeDelivery((await service.bus.nc.request(subjects.page, request)).data);
      const paged = block.events.map(({ bytes }) => JSON.parse(String(bytes)) as LogEvent);
      expect(paged).toEqual(sumOf(told));
      expect((await eventsOf(room)).slice(3)).toEqual(paged.slice(0, 97));
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), { minLength: 2, maxLength: 5 }),
        property,
      ),
      { numRuns: 25 },
    );
  });
});

/** Events as they are now, made of what was told of them one after another: as any client does. */
function sumOf(told: readonly LogEvent[]): LogEvent[] {
  const messages = new Map<number, MessageEvent>();
  const edits: EditedEvent[] = [];
  for (const event of told) {
    if (event.type === 'message') {
      messages.set(event.seq, { ...event });
      const root = event.thread === null ? undefined : messages.get(event.thread);
      if (root) root.replies = { count: (root.replies?.count ?? 0) + 1, last_seq: event.seq };
      continue;
    }
    if (event.type === 'member' || event.type === 'room') continue;
    const message = messages.get(event.target)!;
    if (event.type === 'edited') {
      Object.assign(message, { body: event.body, mentions: event.mentions, edited_at: event.ts });
      edits.push(event);
    } else if (event.type === 'deleted') {
      const { body: _body, files: _files, meta: _meta, ...rest } = message;
      messages.set(event.target, { ...rest, deleted: true, mentions: [], reactions: {} });
    } else {
      const users = (message.reactions[event.emoji] ?? []).filter((user) => user !== event.by.id);
      if (event.op === 'add') users.push(event.by.id);
      const { [event.emoji]: _, ...others } = message.reactions;
      message.reactions = users.length === 0 ? others : { ...message.reactions, [event.emoji]: users };
    }
  }
  return told.map((event) => {
    if (event.type === 'message') return messages.get(event.seq)!;
    if (event.type !== 'edited') return event;
    const { body: _body, mentions: _mentions, ...bare } = event;
    const { body, mentions, deleted } = messages.get(event.target)!;
    return deleted ? bare : ({ ...bare, body, mentions } as EditedEvent);
  });
}
