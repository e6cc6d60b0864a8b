// Records of files on the real PostgreSQL: who may, how much, what is known when somebody dies in between, and what goes when.
import { randomUUID } from 'node:crypto';
import type { Permission } from '@natter/contracts/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startService, type TestService } from '../testing/service.js';
import { FileRepository } from './file.repository.js';
import { LooseFiles } from './loose-files.js';
import { silent } from '../testing/rooms-database.js';

let service: TestService;
let ann: string;
let bob: string;
let eve: string;
let room: string;

beforeAll(async () => {
  service = await startService();
  const grants = ['create_room', 'invite_members', 'send_files'] as const;
  [ann, bob, eve] = ['ann', 'bob', 'eve'].map((name) => service.others.account(name, [...grants])) as [
    string,
    string,
    string,
  ];
  room = await service.database.room([ann, bob]);
});

afterAll(() => service?.stop());

const refused = (code: string) => expect.objectContaining({ code });
const rows = async (statement: string, values: unknown[] = []): Promise<Record<string, unknown>[]> =>
  service.database.dataSource.query(statement, values);
const isStray = async (blob: string) => (await rows(`SELECT 1 FROM stray_blobs WHERE blob = $1`, [blob])).length > 0;

const begin = (actor: string, more: Partial<{ room: string; id: string; blob: string; size: number }> = {}) =>
  service.parts.files.begin({ actor, room, id: randomUUID(), blob: randomUUID(), size: 0, ...more });

interface Sent {
  room?: string;
  id?: string;
  size?: number;
  name?: string;
  sha256?: string;
}

const aFile = ({ id = randomUUID(), size = 1, name = 'a.txt', sha256 = 'a'.repeat(64) }: Sent = {}) => ({
  id,
  blob: randomUUID(),
  name,
  size,
  type: 'text/plain',
  sha256,
});

/** A whole upload. @returns its record */
async function send(actor: string, sent: Sent = {}) {
  const file = aFile(sent);
  const target = { actor, room: sent.room ?? room };
  await service.parts.files.begin({ ...target, id: file.id, blob: file.blob, size: file.size });
  return service.parts.files.commit({ ...target, ...file });
}

/** A room made as people make them. @returns its id */
const makeRoom = async (members: string[] = []): Promise<string> => {
  const { room: made } = await service.parts.rooms.create({
    actor: ann,
    name: `r${randomUUID().slice(0, 12)}x`,
    visibility: 'public',
    history: 'all',
    members_can_invite: true,
    members,
  });
  return made.id;
};

const carry = (id: string, seq: number) => rows(`UPDATE files SET seq = $2 WHERE id = $1 RETURNING id`, [id, seq]);

describe('an upload', () => {
  it('has its blob known as stray from before it is written until the record is there', async () => {
    const file = aFile();
    await begin(ann, { id: file.id, blob: file.blob });
    expect(await isStray(file.blob)).toBe(true);
    expect(await service.parts.files.commit({ actor: ann, room, ...file })).toEqual(file);
    expect(await isStray(file.blob)).toBe(false);
    expect(await service.parts.files.get({ actor: ann, id: file.id })).toEqual(file);
  });

  it('needs the grant, membership, and a room one may know of', async () => {
    const poor = service.others.account('poor', []);
    const theirs = await service.database.room([poor]);
    await expect(begin(poor, { room: theirs })).rejects.toMatchObject({
      code: 'forbidden',
      details: { detail: expect.stringContaining('lacks the grant send_files') },
    });
    await expect(begin(eve)).rejects.toEqual(refused('not_member'));
    const hidden = await service.database.room([ann], { visibility: 'private' });
    await expect(begin(eve, { room: hidden })).rejects.toEqual(refused('not_found'));
    await expect(begin(eve, { room: randomUUID() })).rejects.toEqual(refused('not_found'));
  });

  it('is no file when its uploader left, or its room was deleted, while it came', async () => {
    const target = await makeRoom([bob]);
    const [late, later] = [aFile(), aFile()];
    for (const file of [late, later]) await begin(bob, { room: target, id: file.id, blob: file.blob });
    await service.parts.members.leave({ actor: bob, room: target });
    await expect(service.parts.files.commit({ actor: bob, room: target, ...late })).rejects.toEqual(
      refused('not_member'),
    );
    await service.parts.rooms.delete({ actor: ann, room: target });
    await expect(service.parts.files.commit({ actor: bob, room: target, ...later })).rejects.toEqual(
      refused('not_found'),
    );
    expect(await isStray(late.blob)).toBe(true);
  });

  it('ends at the quota, also for several at once', async () => {
    const user = service.others.account('many', ['send_files']);
    const own = await service.database.room([user]);
    await expect(begin(user, { room: own, size: 1_001 })).rejects.toEqual(refused('quota'));
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => send(user, { room: own, size: 300 })));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(refused('quota'));
    const [used] = await rows(`SELECT sum(size)::int AS used FROM files WHERE uploader = $1`, [user]);
    expect(used).toEqual({ used: 900 });
  });

  it('repeated with its id is the first; with other bytes, name or room it is refused', async () => {
    const first = await send(ann);
    const { known } = await begin(ann, { id: first.id });
    expect(known).toEqual({ id: first.id, name: 'a.txt', size: 1, type: 'text/plain', sha256: first.sha256 });
    expect(await service.parts.files.commit({ actor: ann, room, ...aFile({ id: first.id }) })).toEqual(first);
    const mismatch = refused('idempotency_mismatch');
    for (const other of [{ sha256: 'b'.repeat(64) }, { name: 'b.txt' }])
      await expect(
        service.parts.files.commit({ actor: ann, room, ...aFile({ id: first.id, ...other }) }),
      ).rejects.toEqual(mismatch);
    const elsewhere = await service.database.room([ann]);
    await expect(begin(ann, { id: first.id, room: elsewhere })).rejects.toEqual(mismatch);
  });

  it('that two gateways take at once with one id is stored once, and one blob stays stray', async () => {
    const id = randomUUID();
    const files = [aFile({ id }), aFile({ id })];
    for (const { blob } of files) await begin(bob, { id, blob });
    const answers = await Promise.all(files.map((file) => service.parts.files.commit({ actor: bob, room, ...file })));
    expect(new Set(answers.map(({ blob }) => blob)).size).toBe(1);
    expect((await Promise.all(files.map(({ blob }) => isStray(blob)))).sort()).toEqual([false, true]);
  });

  it('whose bytes are being removed can become no file', async () => {
    const file = aFile();
    await begin(ann, { id: file.id, blob: file.blob });
    await service.parts.strays.drop(file.blob);
    await expect(service.parts.files.commit({ actor: ann, room, ...file })).rejects.toEqual(refused('gone'));
  });
});

describe('a file', () => {
  it('is seen by its uploader, and once a message carries it by the members who see that message', async () => {
    const { id } = await send(ann);
    const seenBy = async (actor: string) =>
      service.parts.files.get({ actor, id }).then(
        () => true,
        () => false,
      );
    expect([await seenBy(ann), await seenBy(bob), await seenBy(eve)]).toEqual([true, false, false]);
    await carry(id, 7);
    expect([await seenBy(ann), await seenBy(bob), await seenBy(eve)]).toEqual([true, true, false]);
    await rows(`UPDATE rooms SET history = 'since_join' WHERE id = $1 RETURNING id`, [room]);
    await rows(`UPDATE members SET joined_seq = 8 WHERE room = $1 AND usr = $2 RETURNING usr`, [room, bob]);
    expect([await seenBy(ann), await seenBy(bob)]).toEqual([true, false]);
    await rows(`UPDATE members SET joined_seq = 7 WHERE room = $1 AND usr = $2 RETURNING usr`, [room, bob]);
    expect(await seenBy(bob)).toBe(true);
    await rows(`DELETE FROM members WHERE room = $1 AND usr = $2`, [room, bob]);
    expect(await seenBy(bob)).toBe(false);
  });

  it('goes with its room, and its blob is to be removed', async () => {
    const doomed = await makeRoom();
    const [loose, carried] = [await send(ann, { room: doomed }), await send(ann, { room: doomed })];
    await carry(carried.id, 2);
    await service.parts.rooms.delete({ actor: ann, room: doomed });
    for (const { id, blob } of [loose, carried]) {
      await expect(service.parts.files.get({ actor: ann, id })).rejects.toEqual(refused('not_found'));
      expect(await isStray(blob)).toBe(true);
    }
  });

  it('that no message carries is kept for a day', async () => {
    const [old, young, carried] = [await send(ann), await send(ann), await send(ann)];
    await carry(carried.id, 1);
    const age = `UPDATE files SET created_at = now() - interval '25 hours' WHERE id = ANY ($1) RETURNING id`;
    await rows(age, [[old.id, carried.id]]);
    const sweep = new LooseFiles(new FileRepository(service.database.dataSource), silent);
    const left = async () =>
      (await rows(`SELECT id FROM files WHERE id = ANY ($1)`, [[old.id, young.id, carried.id]])).map(({ id }) => id);
    await sweep.sweep();
    expect(await left(), 'a clock that is wrong takes nobody a file').toHaveLength(3);
    await rows(`UPDATE files SET old_at = old_at - interval '1 hour' WHERE id = $1 RETURNING id`, [old.id]);
    await sweep.sweep();
    sweep.stop();
    expect((await left()).sort()).toEqual([young.id, carried.id].sort());
    expect(await isStray(old.blob)).toBe(true);
  });
});

describe('a message that carries files', () => {
  const say = (actor: string, where: string, files: string[], more: { id?: string; body?: string } = {}) =>
    service.parts.messages.send({ actor, room: where, username: 'x', id: randomUUID(), body: '', files, ...more });
  const messagesOf = async (where: string) =>
    (await service.parts.messages.listMessages({ actor: ann, room: where, limit: 100 })).items;
  const noFile = expect.objectContaining({
    code: 'not_found',
    details: expect.objectContaining({ fields: [{ field: 'files', code: 'not_found' }] }),
  });

  it('shows them in its order, to everybody in the room, and is repeated as any other', async () => {
    const where = await makeRoom([bob]);
    const [one, two] = [await send(ann, { room: where, name: 'one' }), await send(ann, { room: where, name: 'two' })];
    const id = randomUUID();
    const first = await say(ann, where, [two.id, one.id], { id, body: 'look' });
    const shown = [two, one].map(({ id: file, name, size, type }) => ({ id: file, name, size, type }));
    expect((await messagesOf(where))[0]).toMatchObject({ body: 'look', files: shown });
    expect(await say(ann, where, [two.id, one.id], { id, body: 'look' })).toEqual({ ...first, dup: true });
    await expect(say(ann, where, [one.id], { id, body: 'look' })).rejects.toEqual(refused('id_conflict'));
    expect(await service.parts.files.get({ actor: bob, id: one.id })).toMatchObject({ name: 'one' });
  });

  it('may have no text, and mention people with one', async () => {
    const where = await makeRoom([bob]);
    await say(ann, where, [(await send(ann, { room: where })).id]);
    await say(ann, where, [(await send(ann, { room: where })).id], { body: '@bob look' });
    const [bare, mentioning] = await messagesOf(where);
    expect([bare?.body, bare?.files?.length]).toEqual(['', 1]);
    expect([mentioning?.mentions, mentioning?.files?.length]).toEqual([[bob], 1]);
  });

  it('carries only files of its sender, of its room, that nothing carries yet, each once', async () => {
    const where = await makeRoom([bob]);
    const own = await send(ann, { room: where });
    const theirs = await send(bob, { room: where });
    const elsewhere = await send(ann);
    for (const files of [[theirs.id], [elsewhere.id], [own.id, theirs.id], [own.id, own.id], [randomUUID()], ['no-id']])
      await expect(say(ann, where, files)).rejects.toEqual(noFile);
    expect(await messagesOf(where)).toEqual([]);
    await say(ann, where, [own.id]);
    await expect(say(ann, where, [own.id])).rejects.toEqual(noFile);
    await expect(say(eve, where, [own.id])).rejects.toEqual(refused('not_member'));
    expect(await messagesOf(where)).toHaveLength(1);
  });

  it('is not sent once the grant is gone; what was sent before is still known', async () => {
    const where = await makeRoom([bob]);
    const [sent, kept] = [await send(bob, { room: where }), await send(bob, { room: where })];
    const id = randomUUID();
    const first = await say(bob, where, [sent.id], { id });
    const holds = (version: number, permissions: Permission[]) =>
      service.parts.users.copy([{ ...service.others.accounts.get(bob)!, permissions, version }]);
    await holds(2, ['create_room']);
    await expect(say(bob, where, [kept.id])).rejects.toMatchObject({
      code: 'forbidden',
      details: { detail: expect.stringContaining('send_files') },
    });
    expect(await say(bob, where, [sent.id], { id })).toEqual({ ...first, dup: true });
    await expect(say(bob, await makeRoom(), [kept.id])).rejects.toEqual(refused('not_member'));
    await holds(3, ['send_files']);
    await say(bob, where, [kept.id]);
    expect(await messagesOf(where)).toHaveLength(2);
  });

  it('said twice at once is one message, and one file goes to one of two messages', async () => {
    const where = await makeRoom();
    const [one, two] = [await send(ann, { room: where }), await send(ann, { room: where })];
    const id = randomUUID();
    const same = await Promise.all([1, 2, 3].map(() => say(ann, where, [one.id], { id })));
    expect(new Set(same.map(({ seq }) => seq)).size).toBe(1);
    const rivals = await Promise.allSettled([1, 2, 3].map(() => say(ann, where, [two.id])));
    expect(rivals.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await messagesOf(where)).toHaveLength(2);
  });

  it('keeps its place among others of its sender', async () => {
    const where = await makeRoom();
    const file = await send(ann, { room: where });
    const all = [
      say(ann, where, [], { body: '1' }),
      say(ann, where, [file.id], { body: '2' }),
      say(ann, where, [], { body: '3' }),
    ];
    await Promise.all(all);
    expect((await messagesOf(where)).map(({ body }) => body)).toEqual(['1', '2', '3']);
  });

  it('takes them along when it is deleted; a repeat is still known', async () => {
    const where = await makeRoom([bob]);
    const file = await send(ann, { room: where });
    const id = randomUUID();
    const said = await say(ann, where, [file.id], { id, body: 'x' });
    await service.parts.messages.edit({
      actor: ann,
      room: where,
      username: 'x',
      id: randomUUID(),
      target: said.seq,
      body: 'y',
    });
    expect((await messagesOf(where))[0]).toMatchObject({ body: 'y', files: [{ id: file.id }] });
    await service.parts.messages.delete({ actor: ann, room: where, username: 'x', id: randomUUID(), target: said.seq });
    for (const actor of [ann, bob])
      await expect(service.parts.files.get({ actor, id: file.id })).rejects.toEqual(refused('not_found'));
    expect(await isStray(file.blob)).toBe(true);
    expect(await say(ann, where, [file.id], { id, body: 'x' })).toEqual({ ...said, dup: true });
    expect((await messagesOf(where))[0]).not.toHaveProperty('files');
  });
});

describe('a stray blob', () => {
  it('is claimed when it is due, by one at a time, and forgotten when it was removed twice', async () => {
    const { strays } = service.parts;
    const blob = randomUUID();
    await strays.begin(blob);
    const claimed = async () =>
      (await Promise.all([strays.claim(1_000), strays.claim(1_000)])).flat().filter((one) => one === blob);
    const due = () => rows(`UPDATE stray_blobs SET due = now() WHERE blob = $1 RETURNING blob`, [blob]);
    expect(await claimed()).toEqual([]);
    await due();
    expect(await claimed()).toEqual([blob]);
    await strays.forget([blob]);
    expect([await isStray(blob), await claimed()]).toEqual([true, []]);
    await due();
    expect(await claimed()).toEqual([blob]);
    await strays.forget([blob]);
    expect(await isStray(blob)).toBe(false);
  });
});
