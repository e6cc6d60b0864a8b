// A backup is one instant of everything: made while people write, put into a new system, it shows what was acknowledged before it
// began, in order and without holes, and nothing that never was (P1, P3, P11, P13).
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { LogEvent, Notification } from '@natter/contracts/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from './harness/person.js';
import { System } from './harness/stack.js';
import { download, pixel, uploaded } from './harness/uploads.js';
import { useSystem } from './harness/use-system.js';
import { until } from './harness/wait.js';

const program = fileURLToPath(new URL('../infra/natter/dist/main.js', import.meta.url));
const natter = await useSystem();
const [ann, ben, absent] = await Person.several(natter, ['ann', 'ben', 'absent']);
const folder = await mkdtemp(join(tmpdir(), 'natter-backup-'));
const archive = join(folder, 'natter.tar');
const restored = join(folder, 'restored');
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  code: number;
  said: string;
}

/** What an operator types. */
async function command(dataDir: string, ...args: string[]): Promise<Run> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, NATTER_DATA: dataDir, INIT_CWD: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [[code], said] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
  return { code, said };
}

/** All that ever happened in a room, as somebody may read it. */
async function eventsOf(person: Person, room: string): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  for (;;) {
    const path = `/api/rooms/${room}/events?after=${events.length}&limit=100`;
    const { items } = (await person.api.get<{ items: LogEvent[] }>(path)).body;
    if (items.length === 0) return events;
    events.push(...items);
  }
}

const body = async <Body>(person: Person, path: string): Promise<Body> => (await person.api.get<Body>(path)).body;
const notificationsOf = async (person: Person): Promise<string[]> =>
  (await body<{ items: Notification[] }>(person, '/api/notifications')).items
    .filter(({ kind }) => kind === 'added')
    .map(({ id }) => id);

/** What does not change any more when the backup begins. */
const quiet = await ann.createRoom({ title: 'Ünïcode 日本 "\\N" \\.\t', members: [ben.id, absent.id] });
const busy = await ann.createRoom({ members: [ben.id] });
const file = { bytes: randomBytes(200_000), id: '' };
const acked: number[] = [];
let readUpTo = 0;

beforeAll(async () => {
  const writer = await ann.connect(0);
  const reader = await ben.connect(1);
  const say = async (text: string, more: object = {}): Promise<number> => {
    const answer = await writer.ask({ type: 'send', id: randomUUID(), room: quiet.id, body: text, ...more });
    return answer.type === 'ack' && 'seq' in answer ? answer.seq : 0;
  };
  const root = await say('first \\N\n\ttab, \u0001 and \\. on a line of its own:\n\\.\n');
  file.id = (await uploaded(ann, quiet.id, file.bytes, { name: 'naïve.bin' })).id;
  await say('with a file', { files: [file.id] });
  await uploaded(ann, quiet.id, pixel, { name: 'unsent.png' });
  await say('an answer', { thread: root });
  const change = (frame: { type: string } & Record<string, unknown>): Promise<unknown> =>
    writer.ask({ id: randomUUID(), room: quiet.id, target: root, ...frame });
  await change({ type: 'edit', body: 'first, edited' });
  await change({ type: 'react', emoji: '👍', op: 'add' });
  await change({ type: 'delete', target: await say('gone') });
  readUpTo = await say('read up to here');
  reader.send({ type: 'receipt', room: quiet.id, read: readUpTo });
  await ann.api.patch('/api/auth/me', { display_name: 'Ann, changed' });
  await until('ben has read it', async () => {
    const { items } = await body<{ items: { user: { id: string }; read: number }[] }>(ann, membersOf(quiet.id));
    return items.some(({ user, read }) => user.id === ben.id && read === readUpTo);
  });
  await ann.api.get('/api/push/key'); // made when first asked for
  await until('the absent member is told', async () => (await notificationsOf(absent)).length === 1);
});

/** All that PostgreSQL keeps in order for us; a restore makes it anew. */
async function indexesOf(system: System): Promise<string[]> {
  const names = ['natter_auth', 'natter_rooms', 'natter_notifications'] as const;
  const sql = `SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname`;
  const found = await Promise.all(names.map((name) => system.query<{ indexdef: string }>(name, sql)));
  return found.flat().map(({ indexdef }) => indexdef);
}

/** What a system shows of what does not change. */
async function shown(member: Person, told: Person): Promise<Record<string, unknown>> {
  const { items } = await body<{ items: { status: string }[] }>(member, membersOf(quiet.id));
  return {
    events: await eventsOf(member, quiet.id),
    history: await body(member, `/api/rooms/${quiet.id}/messages`),
    members: items.map((item) => ({ ...item, status: 'not compared' })), // who is connected lasts for no backup
    told: await notificationsOf(told),
    keys: await body(member, '/api/auth/jwks'),
    push: await body(member, '/api/push/key'),
  };
}

const membersOf = (room: string): string => `/api/rooms/${room}/members`;

describe('a backup', () => {
  it('is made while people write, and holds nobody up', async () => {
    const socket = await ben.connect(0);
    const made = new AbortController();
    const sending = (async () => {
      for (let n = 1; !made.signal.aborted; n += 1) {
        const answer = await socket.say(busy.id, `message ${n}`);
        expect(answer).toMatchObject({ type: 'ack' });
        if (answer.type === 'ack') acked.push(answer.seq);
        if (n % 20 === 0) await uploaded(ben, busy.id, `file ${n}`);
      }
    })();
    await until('some are acknowledged', () => acked.length > 10);
    const before = acked.length;
    const { code, said } = await command(natter.dataDir, 'backup', 'natter.tar');
    made.abort();
    await sending;
    expect([code, said]).toEqual([0, expect.stringContaining('the system as it was at')]);
    expect(acked.length).toBeGreaterThan(before);
    acked.length = before; // those before it are in it for certain
    expect((await stat(archive)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).filter((name) => name.includes('part'))).toEqual([]);
    expect(await command(natter.dataDir, 'backup', 'natter.tar')).toMatchObject({
      code: 1,
      said: expect.stringMatching(/already/),
    });
  });

  it('is refused by a system that runs, and when it is cut or a byte of it has changed', async () => {
    expect(await command(natter.dataDir, 'restore', archive)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/Natter runs on the data/),
    });
    const bytes = await readFile(archive);
    const changed = Buffer.from(bytes);
    changed[50_000] = (changed[50_000] ?? 0) ^ 0x20;
    for (const [what, wrong] of [
      ['cut short', bytes.subarray(0, bytes.length - 700)],
      ['damaged', changed],
    ] as const) {
      await writeFile(join(folder, 'wrong.tar'), wrong);
      expect(await command(restored, 'restore', 'wrong.tar')).toMatchObject({
        code: 1,
        said: expect.stringContaining(what),
      });
    }
    expect(existsSync(restored)).toBe(false);
  });

  it('brings all of it back into a new system, and into no other', async () => {
    const before = await shown(ann, absent);
    const indexes = await indexesOf(natter);
    const busyBefore = await eventsOf(ann, busy.id);
    await natter.stack.stop();

    expect(await command(restored, 'restore', archive)).toMatchObject({ code: 0 });
    const again = await command(restored, 'restore', archive);
    expect(again).toMatchObject({ code: 1, said: expect.stringContaining('There are files in') });
    await rename(join(restored, 'files'), join(folder, 'files'));
    const withoutFiles = await command(restored, 'restore', archive);
    expect(withoutFiles).toMatchObject({ code: 1, said: expect.stringContaining('is not empty') });
    await rm(join(restored, 'files'), { recursive: true, force: true });
    await rename(join(folder, 'files'), join(restored, 'files'));

    const system = await System.start({ dataDir: restored });
    try {
      expect((await system.api.as(ann.token).get('/api/auth/me')).status).toBe(401); // all sessions have ended
      // A part that has just started on a busy machine may ask for another try.
      const newAnn = await until('ann is signed in', () => ann.on(system));
      const newAbsent = await until('the absent member is signed in', () => absent.on(system));
      expect(await shown(newAnn, newAbsent)).toEqual(before);
      expect((await download(newAnn, file.id)).bytes.equals(file.bytes)).toBe(true);
      expect(await readdir(join(restored, 'files'))).not.toContain('.restoring');

      const busyNow = await eventsOf(newAnn, busy.id);
      expect(busyNow).toEqual(busyBefore.slice(0, busyNow.length));
      expect(busyNow.length).toBeGreaterThanOrEqual(Math.max(...acked));
      const next = await newAnn.api.post<{ seq: number }>(`/api/rooms/${busy.id}/messages`, { body: 'and on' });
      expect(next.body.seq).toBe(busyNow.length + 1);
      expect(await indexesOf(system)).toEqual(indexes);
      // Transactions are numbered anew by a new server.
      const changed = await system.query('natter_auth', 'SELECT FROM users WHERE changed_in > 0');
      expect(changed).toEqual([]);
    } finally {
      await system.stop();
    }
  });
});
