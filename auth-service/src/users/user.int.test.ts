import { changePassword, getAccount, getOwnUsers, getUser, noteSeen, register } from '@natter/contracts/auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, goodPassword, outcome, TestAuthService } from '../testing/auth-service.js';

let auth: TestAuthService;
beforeAll(async () => {
  auth = await TestAuthService.start({ NATTER_RATE_FACTOR: '100' });
});
afterAll(() => auth.stop());

const origin = { ip: '192.0.2.1', user_agent: 'test' };

describe('registering', () => {
  it('makes an account with all four grants, no administrator, and its name as display name', async () => {
    const { user } = await auth.register('Ada');
    expect(user).toMatchObject({ username: 'Ada', display_name: 'Ada', email: 'Ada@example.org', avatar: null });
    expect(user.admin).toBe(false);
    expect(user.permissions).toEqual(['create_room', 'invite_members', 'remove_members', 'send_files']);
  });

  it('refuses an email or a username that is taken in any case, and does not say which', async () => {
    await auth.register('Grace');
    const errors = await Promise.all(
      [
        { email: 'other@example.org', username: 'gRACE' },
        { email: 'GRACE@EXAMPLE.org', username: 'other' },
      ].map((names) =>
        auth.call(register, { ...names, password: goodPassword, origin }).catch((error: unknown) => error),
      ),
    );
    for (const error of errors) expect(error).toMatchObject({ code: 'account_exists', details: {} });
  });

  it('lets one of many through who register the same name at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcome(auth.register('racer'))));
    expect(outcomes.filter((code) => code === 'ok')).toHaveLength(1);
    expect(outcomes.filter((code) => code === 'account_exists')).toHaveLength(7);
  });

  it('refuses common passwords, and one that is the name', async () => {
    expect(await outcome(auth.register('weak1', '192.0.2.1', 'Password123'))).toBe('weak_password');
    expect(await outcome(auth.register('long-username', '192.0.2.1', 'Long-Username'))).toBe('weak_password');
  });

  it('refuses requests that are not of the right shape', async () => {
    for (const bad of [{ username: 'a b' }, { username: 'x' }, { email: 'nobody' }, { password: 'short' }])
      expect(
        await outcome(
          auth.call(register, { email: 'ok@example.org', username: 'fine', password: goodPassword, origin, ...bad }),
        ),
      ).toBe('bad_request');
  });
});

describe('an account', () => {
  it('is shown to others, with when it was last seen, which only moves forward', async () => {
    const { user } = await auth.register('margaret');
    const { id, username, display_name, avatar } = user;
    const shown = { id, username, display_name, avatar };
    expect(await auth.call(getUser, { user: id })).toEqual({ user: shown, last_seen: null });
    const nobody = '00000000-0000-4000-8000-000000000000';
    const note = (...times: number[]) =>
      auth.call(noteSeen, { items: [{ user: nobody, at_ms: 1 }, ...times.map((at_ms) => ({ user: id, at_ms }))] });
    await note(1_700_000_000_500, 1_700_000_000_123);
    await note(1_600_000_000_000);
    expect(await auth.call(getUser, { user: id })).toEqual({ user: shown, last_seen: '2023-11-14T22:13:20.500Z' });
    await note(1_700_000_001_000);
    expect(await auth.call(getUser, { user: id })).toMatchObject({ last_seen: '2023-11-14T22:13:21.000Z' });
    expect(await outcome(auth.call(getUser, { user: nobody }))).toBe('not_found');
  });

  it('is shown to its user, and by id without its secrets', async () => {
    const { user } = await auth.register('edsger');
    expect(await auth.call(getAccount, { actor: user.id })).toEqual({ user });
    const unknown = '00000000-0000-4000-8000-000000000000';
    const { users } = await auth.call(getOwnUsers, { users: [user.id, unknown] });
    const { email: _email, admin: _admin, ...own } = user;
    expect(users).toEqual([{ ...own, disabled: false, version: 1 }]);
    expect(await outcome(auth.call(getAccount, { actor: unknown }))).toBe('unauthenticated');
  });

  it('is not shown to its user once it is disabled', async () => {
    const { user } = await auth.register('barred');
    await auth.db.query('UPDATE users SET disabled = true WHERE id = $1', [user.id]);
    expect(await outcome(auth.call(getAccount, { actor: user.id }))).toBe('forbidden');
  });
});

describe('changing a password', () => {
  it('needs the old one, ends all other sessions and leaves this one', async () => {
    const { user } = await auth.register('donald');
    const [here, there] = [await auth.login('donald'), await auth.login('donald')];
    const change = { actor: user.id, session: here.session, new: 'a raft of nine llamas', origin };
    expect(await outcome(auth.call(changePassword, { ...change, old: 'wrong' }))).toBe('invalid_credentials');
    expect(await outcome(auth.call(changePassword, { ...change, old: goodPassword, new: 'qwertyuiop' }))).toBe(
      'weak_password',
    );
    const weak = auth.call(changePassword, { ...change, old: goodPassword, new: 'Password1' });
    await expect(weak).rejects.toMatchObject({ details: { fields: [{ field: 'new', code: 'weak_password' }] } });
    await auth.call(changePassword, { ...change, old: goodPassword });
    const ended = () => auth.sessionsEnded.filter((event) => event.user === user.id).flatMap((event) => event.sessions);
    await eventually(() => ended().length > 0, 'the end is published');
    expect(ended()).toEqual([there.session]);
    expect(await outcome(auth.login('donald'))).toBe('invalid_credentials');
    expect(await outcome(auth.login('donald', change.new))).toBe('ok');
  });

  it('lets no session of the old password live that is opened at the same time', async () => {
    const { user } = await auth.register('alan');
    const here = await auth.login('alan');
    const change = { actor: user.id, session: here.session, old: goodPassword, new: 'enigma of the llamas', origin };
    const [, ...logins] = await Promise.all([
      auth.call(changePassword, change),
      ...Array.from({ length: 8 }, () => auth.login('alan').catch(() => null)),
    ]);
    const opened = logins.filter((tokens) => tokens !== null).map((tokens) => tokens.session);
    const live = await auth.db.query<{ id: string }[]>(
      'SELECT id FROM sessions WHERE user_id = $1 AND ended_at IS NULL',
      [user.id],
    );
    expect(live).toEqual([{ id: here.session }]);
    expect(opened).not.toContain(here.session);
  });

  it('has one outcome when two change it at once', async () => {
    const { user } = await auth.register('barbara');
    const { session } = await auth.login('barbara');
    const outcomes = await Promise.all(
      ['the first new password', 'the second new password'].map((next) =>
        outcome(auth.call(changePassword, { actor: user.id, session, old: goodPassword, new: next, origin })),
      ),
    );
    expect(outcomes.sort()).toEqual(['invalid_credentials', 'ok']);
  });
});
