import { createReset, listAudit, listUsers, patchUser } from '@natter/contracts/admin';
import {
  createTicket,
  getRevocations,
  listAccountChanges,
  redeemTicket,
  refresh,
  type UserChanged,
} from '@natter/contracts/auth';
import { subjects } from '@natter/contracts/subjects';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  eventually,
  fakeRoomService,
  goodPassword,
  origin,
  outcome,
  TestAuthService,
} from '../testing/auth-service.js';
import { UserCopyService } from '../copies/user-copy.service.js';

let auth: TestAuthService;
let admin: Awaited<ReturnType<TestAuthService['someone']>>;
const changed: UserChanged[] = [];

beforeAll(async () => {
  auth = await TestAuthService.start({ NATTER_RATE_FACTOR: '1000' }, 2);
  auth.bus.onJson<UserChanged>(subjects.userChanged, (event) => changed.push(event));
  admin = await auth.someone('admin');
  await auth.crown(admin.id);
});
afterAll(() => auth.stop());

const patch = (target: string, body: object, by = admin) => auth.call(patchUser, { ...by.as, target, ...body });
const toldOf = (id: string) => changed.filter(({ user, version }) => user.id === id && version > 1);
const trail = async (user: string) => (await auth.call(listAudit, { actor: admin.id, user })).items;

describe('what is for administrators', () => {
  it('is refused to everybody else, also to one who is disabled', async () => {
    const plain = await auth.someone('plain');
    const { actor } = plain.as;
    const calls = () => [
      auth.call(listUsers, { actor }),
      auth.call(listAudit, { actor }),
      patch(admin.id, { admin: false }, plain),
      patch(plain.id, { admin: true }, plain),
      auth.call(createReset, { ...plain.as, target: admin.id }),
    ];
    expect(new Set(await Promise.all(calls().map(outcome)))).toEqual(new Set(['forbidden']));
    await auth.db.query('UPDATE users SET admin = true, disabled = true WHERE id = $1', [plain.id]);
    expect(new Set(await Promise.all(calls().map(outcome)))).toEqual(new Set(['forbidden']));
    await auth.db.query('UPDATE users SET admin = false, disabled = false WHERE id = $1', [plain.id]);
    expect((await auth.call(listUsers, { actor: admin.id, q: 'admin' })).items).toMatchObject([{ admin: true }]);
  });

  it('finds accounts by a part of any of their names, in pages, and no character is special', async () => {
    for (const name of ['zoe.a', 'Zoe_b', 'zoe-c']) await auth.someone(name);
    const named = async (q: string, limit = 50) => {
      const names: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await auth.call(listUsers, { actor: admin.id, q, limit, ...(cursor && { cursor }) });
        names.push(...page.items.map(({ username }) => username));
        if (page.next === null) return names;
        cursor = page.next;
      }
    };
    expect(await named('ZOE', 2)).toEqual(['zoe-c', 'zoe.a', 'Zoe_b']);
    expect(await named('zoe_b@EXAMPLE')).toEqual(['Zoe_b']);
    expect([await named('%'), await named('zoe_'), await named('.a@')]).toEqual([[], ['Zoe_b'], ['zoe.a']]);
    const [zoe] = (await auth.call(listUsers, { actor: admin.id, q: 'zoe.a' })).items;
    expect(zoe).toMatchObject({ email: 'zoe.a@example.org', admin: false, disabled: false });
    expect(zoe?.last_seen).toBe(new Date(auth.clock.now()).toISOString());
    expect(Object.keys(zoe ?? {})).not.toContain('password_hash');
    expect(await outcome(auth.call(listUsers, { actor: admin.id, cursor: 'e30' }))).toBe('invalid');
  });
});

describe('grants', () => {
  it('are what the operator says for a new account', async () => {
    const strict = await TestAuthService.start({ NATTER_DEFAULT_GRANTS: 'send_files,create_room' });
    expect((await strict.register('new')).user.permissions).toEqual(['create_room', 'send_files']);
    await strict.stop();
  });

  it('are changed, told to everybody, handed to the room-service, and written down', async () => {
    const rooms = fakeRoomService(auth.bus);
    const { id } = await auth.someone('granted');
    const { user } = await patch(id, { permissions: ['send_files', 'create_room', 'send_files'] });
    expect(user.permissions).toEqual(['create_room', 'send_files']);
    await eventually(() => toldOf(id).length > 0, 'the event');
    expect(toldOf(id)[0]).toMatchObject({
      version: 2,
      disabled: false,
      user: { permissions: ['create_room', 'send_files'] },
    });
    expect(rooms.copies.get(id)?.version).toBe(2);
    const entries = (await trail(id)).filter(({ kind }) => kind === 'grants');
    expect(entries).toMatchObject([
      {
        action: 'grants_changed',
        by: { id: admin.id, username: 'admin' },
        user: { id, username: 'granted' },
        session: admin.as.session,
        ip: origin.ip,
        details: { added: [], removed: ['invite_members', 'remove_members'] },
      },
    ]);
    rooms.stop();
  });

  it('that stay as they are make no version, no event and no entry', async () => {
    const { id } = await auth.someone('steady');
    const before = await trail(id);
    const all = ['send_files', 'remove_members', 'invite_members', 'create_room'];
    for (const same of [{}, { admin: false }, { disabled: false }, { permissions: all }]) await patch(id, same);
    expect(await trail(id)).toEqual(before);
    const [row] = await auth.db.query<{ version: number }[]>('SELECT version FROM users WHERE id = $1', [id]);
    expect(row?.version).toBe(1);
  });

  it('are told by whoever is left, when the one who changed them dies before it can', async () => {
    const { id } = await auth.someone('orphan');
    await auth.db.query(
      `WITH changed AS (UPDATE users SET permissions = '{}', version = 2 WHERE id = $1 RETURNING id)
       UPDATE user_copies SET version = 2, attempts = 0, next_try_at = $2 WHERE user_id IN (SELECT id FROM changed)`,
      [id, new Date(auth.clock.now())],
    );
    await auth.first.get(UserCopyService).handOver();
    await eventually(() => toldOf(id).length > 0, 'the event');
    expect(toldOf(id)[0]).toMatchObject({ user: { permissions: [] } });
  });

  it('are found by those who ask what has changed, whatever the clock says', async () => {
    const { id } = await auth.someone('asked');
    const { until } = await auth.call(listAccountChanges, {});
    auth.clock.advance(-3_600_000);
    await patch(id, { permissions: [] });
    auth.clock.advance(3_600_000);
    const answer = await auth.call(listAccountChanges, { since: until });
    expect(answer.users.filter((user) => user.id === id)).toMatchObject([{ permissions: [], version: 2 }]);
  });

  it('are found though somebody asked while they were being made', async () => {
    const { id } = await auth.someone('slow');
    const runner = auth.db.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`UPDATE users SET permissions = '{}', version = 2 WHERE id = $1`, [id]);
    const other = await auth.someone('quick');
    await patch(other.id, { permissions: [] });
    const { until } = await auth.call(listAccountChanges, {});
    await runner.commitTransaction();
    await runner.release();
    const { users } = await auth.call(listAccountChanges, { since: until });
    expect(users.find((user) => user.id === id)).toMatchObject({ permissions: [] });
  });
});

describe('a disabled account', () => {
  it('has no session left, cannot sign in, and is told of as disabled', async () => {
    const ben = await auth.someone('ben');
    const tokens = await auth.login('ben');
    const { ticket } = await auth.call(createTicket, ben.as);
    expect((await patch(ben.id, { disabled: true })).user.disabled).toBe(true);
    const events = () => auth.sessionsEnded.filter((event) => event.user === ben.id);
    await eventually(() => events().length === 2, 'both are told');
    expect(events().map(({ reason }) => reason)).toEqual(['disabled', 'ended']);
    expect(new Set(events()[1]?.sessions)).toEqual(new Set([ben.as.session, tokens.session]));
    expect((await auth.call(getRevocations, {})).disabled).toContain(ben.id);
    expect(await outcome(auth.login('ben'))).toBe('invalid_credentials');
    expect(await outcome(auth.call(refresh, { refresh_token: tokens.refresh_token, origin }))).toBe('session_revoked');
    expect(await outcome(auth.call(redeemTicket, { ticket }))).toBe('forbidden');
  });

  it('works again once it is enabled, with new sessions only', async () => {
    const ben = await auth.someone('ben2');
    const tokens = await auth.login('ben2');
    await patch(ben.id, { disabled: true });
    await patch(ben.id, { disabled: false });
    expect((await auth.call(getRevocations, {})).disabled).not.toContain(ben.id);
    expect(await outcome(auth.call(refresh, { refresh_token: tokens.refresh_token, origin }))).toBe('session_revoked');
    expect(await outcome(auth.login('ben2'))).toBe('ok');
    const actions = (await trail(ben.id)).map(({ action, by }) => `${action} by ${by?.username}`);
    expect(actions.filter((text) => text.includes('account_'))).toEqual([
      'account_enabled by admin',
      'account_disabled by admin',
    ]);
    expect(actions.filter((text) => text === 'session_ended by admin')).toHaveLength(2);
  });
});

describe('the last administrator', () => {
  it('stays one, whoever asks', async () => {
    expect(await outcome(patch(admin.id, { admin: false }))).toBe('forbidden');
    expect(await outcome(patch(admin.id, { disabled: true }))).toBe('forbidden');
    expect(await outcome(auth.login('admin'))).toBe('ok');
    await expect(patch(admin.id, { admin: false, permissions: [] })).rejects.toThrow(
      /another user administrator first/,
    );
    const [row] = (await auth.call(listUsers, { actor: admin.id, q: 'admin@' })).items;
    expect(row?.permissions).toHaveLength(4);
  });

  it('is one of two who take it from each other at once', async () => {
    for (let round = 0; round < 10; round++) {
      const other = await auth.someone(`rival${round}`);
      await patch(other.id, { admin: true });
      const outcomes = await Promise.all([
        outcome(patch(admin.id, { admin: false }, other)),
        outcome(patch(other.id, { admin: false })),
      ]);
      expect(outcomes.sort()).toEqual(['forbidden', 'ok']);
      const rows = await auth.db.query<{ id: string }[]>('SELECT id FROM users WHERE admin AND NOT disabled');
      expect(rows).toHaveLength(1);
      await auth.crown(admin.id);
      await auth.db.query('UPDATE users SET admin = false WHERE id = $1', [other.id]);
    }
  });

  it('is the database’s concern: no other way around it', async () => {
    await expect(auth.db.query('UPDATE users SET admin = false')).rejects.toThrow(/nobody would be left/);
    await expect(auth.db.query('DELETE FROM users WHERE admin')).rejects.toThrow(/nobody would be left/);
  });
});

describe('somebody who is not there', () => {
  it('cannot be changed or reset', async () => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    expect(await outcome(patch(nobody, { disabled: true }))).toBe('not_found');
    expect(await outcome(auth.call(createReset, { ...admin.as, target: nobody }))).toBe('not_found');
    expect(await outcome(auth.login('admin', goodPassword))).toBe('ok');
  });
});
