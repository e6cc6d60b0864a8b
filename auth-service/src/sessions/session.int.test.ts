import {
  endOtherSessions,
  endSession,
  getRevocations,
  listSessions,
  login,
  logout,
  refresh,
} from '@natter/contracts/auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, goodPassword, outcome, TestAuthService } from '../testing/auth-service.js';

const origin = { ip: '192.0.2.1', user_agent: 'test' };

let auth: TestAuthService;
let people = 0;
beforeAll(async () => {
  auth = await TestAuthService.start({ NATTER_RATE_FACTOR: '100' }, 2);
});
afterAll(() => auth.stop());

const someone = async () => {
  const name = `someone${++people}`;
  const { user } = await auth.register(name);
  return { user, name };
};
const endedOf = (user: string) => auth.sessionsEnded.filter((event) => event.user === user);
const live = async (actor: string, session: string) =>
  (await auth.call(listSessions, { actor, session })).items.map((item) => item.id);

describe('signing in', () => {
  it('takes the email or the username, in any case', async () => {
    const { user, name } = await someone();
    for (const as of [name, name.toUpperCase(), user.email, user.email.toUpperCase()])
      expect((await auth.login(as)).user).toEqual(user);
  });

  it('is refused with one code for every cause', async () => {
    const { user, name } = await someone();
    const nul = String.fromCharCode(0);
    for (const [as, password] of [
      [name, 'wrong'],
      [name, ''],
      ['nobody', goodPassword],
      ['', goodPassword],
      [`${name}${nul}`, goodPassword],
      [name, `${goodPassword}${nul}`],
      ['\ud800', '\ud800'],
      [name + 'x'.repeat(5_000), goodPassword],
      [name, goodPassword + 'x'.repeat(5_000)],
    ] as const)
      expect(await outcome(auth.login(as, password))).toBe('invalid_credentials');
    await auth.db.query('UPDATE users SET disabled = true WHERE id = $1', [user.id]);
    expect(await outcome(auth.login(name))).toBe('invalid_credentials');
  });

  it('leaves a trail without what was typed', async () => {
    const { user, name } = await someone();
    await auth.login(name);
    await outcome(auth.login(name, 'my other password'));
    const trail = await auth.db.query<{ action: string }[]>('SELECT * FROM audit WHERE user_id = $1 ORDER BY id', [
      user.id,
    ]);
    expect(trail.map((entry) => entry.action)).toEqual(['registered', 'signed_in', 'sign_in_refused']);
    expect(JSON.stringify(trail)).not.toMatch(/password|llamas/);
  });

  it('keeps a session with what its client calls itself, as far as that can be stored', async () => {
    const { user, name } = await someone();
    const strange = { ip: '2001:db8::1', user_agent: String.fromCharCode(0) };
    const { session } = await auth.call(login, { login: name, password: goodPassword, origin: strange });
    const { items } = await auth.call(listSessions, { actor: user.id, session });
    expect(items).toMatchObject([{ id: session, ip: '2001:db8::1', user_agent: '' }]);
  });
});

describe('the list of sessions', () => {
  it('has one entry for each sign-in, the newest first, and none of other people', async () => {
    const [one, two] = [await someone(), await someone()];
    const first = await auth.login(one.name);
    await auth.login(two.name);
    auth.clock.advance(1_000);
    const second = await auth.login(one.name);
    expect(await live(one.user.id, second.session)).toEqual([second.session, first.session]);
    auth.clock.advance(61_000);
    expect(await live(one.user.id, first.session)).toEqual([second.session, first.session]);
  });

  it('is paged, and no use of a session moves it to another page', async () => {
    const { user, name } = await someone();
    const made = await Promise.all(Array.from({ length: 5 }, () => auth.login(name)));
    const [{ session } = { session: '' }] = made;
    const seen: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const page = await auth.call(listSessions, { actor: user.id, session, limit: 2, ...(cursor && { cursor }) });
      seen.push(...page.items.map(({ id }) => id));
      if (page.next === null) break;
      cursor = page.next;
      auth.clock.advance(1_000);
      for (const { refresh_token } of made) await auth.call(refresh, { refresh_token, origin });
    }
    expect(seen.toSorted()).toEqual(made.map((tokens) => tokens.session).toSorted());
    const bad = auth.call(listSessions, { actor: user.id, session, cursor: 'zzz' });
    expect(await outcome(bad)).toBe('invalid');
  });
});

describe('ending sessions', () => {
  it('ends the one of an access token, tells everybody, and is no error when repeated', async () => {
    const { user, name } = await someone();
    const { session, refresh_token } = await auth.login(name);
    await auth.call(logout, { session });
    await eventually(() => endedOf(user.id).length > 0, 'the end is published');
    expect(endedOf(user.id)).toEqual([{ user: user.id, sessions: [session], reason: 'ended' }]);
    expect(await live(user.id, session)).toEqual([]);
    expect(await outcome(auth.call(logout, { session }))).toBe('ok');
    expect(await outcome(auth.call(logout, { refresh_token }))).toBe('ok');
    expect(await outcome(auth.call(logout, {}))).toBe('ok');
    expect(endedOf(user.id)).toHaveLength(1);
  });

  it('ends the one of a refresh token, replaced or not, when there is no access token', async () => {
    const { user, name } = await someone();
    const { session, refresh_token } = await auth.login(name);
    await auth.call(refresh, { refresh_token, origin });
    await auth.call(logout, { refresh_token });
    expect(await live(user.id, session)).toEqual([]);
    expect(await outcome(auth.call(logout, { refresh_token: 'unknown' }))).toBe('ok');
  });

  it('ends one of one’s own by its id, and knows nothing of those of others', async () => {
    const [one, two] = [await someone(), await someone()];
    const [here, there, foreign] = [await auth.login(one.name), await auth.login(one.name), await auth.login(two.name)];
    const end = (target: string) => auth.call(endSession, { actor: one.user.id, session: here.session, target });
    expect(await outcome(end(foreign.session))).toBe('not_found');
    expect(await outcome(end(there.session))).toBe('ok');
    expect(await outcome(end(there.session))).toBe('not_found');
    expect(await live(one.user.id, here.session)).toEqual([here.session]);
    expect(await live(two.user.id, foreign.session)).toEqual([foreign.session]);
  });

  it('ends all others at once', async () => {
    const { user, name } = await someone();
    const here = await auth.login(name);
    const others = await Promise.all(Array.from({ length: 5 }, () => auth.login(name)));
    await auth.call(endOtherSessions, { actor: user.id, session: here.session });
    expect(await live(user.id, here.session)).toEqual([here.session]);
    await eventually(() => endedOf(user.id).length > 0, 'the end is published');
    expect(new Set(endedOf(user.id).flatMap((event) => event.sessions))).toEqual(
      new Set(others.map((tokens) => tokens.session)),
    );
  });
});

describe('the list of revocations', () => {
  it('has an ended session for as long as a token of it may be accepted somewhere, and a minute more', async () => {
    const { name } = await someone();
    const { session } = await auth.login(name);
    auth.clock.advance(300_000);
    await auth.call(logout, { session });
    expect((await auth.call(getRevocations, {})).sessions).toContain(session);
    auth.clock.advance(600_000 + 59_000);
    expect((await auth.call(getRevocations, {})).sessions).toContain(session);
    auth.clock.advance(1_000);
    expect((await auth.call(getRevocations, {})).sessions).not.toContain(session);
  });

  it('has a disabled user for as long', async () => {
    const { user, name } = await someone();
    await auth.login(name);
    await auth.db.query('UPDATE users SET disabled = true WHERE id = $1', [user.id]);
    expect((await auth.call(getRevocations, {})).disabled).toContain(user.id);
    auth.clock.advance(960_000);
    expect((await auth.call(getRevocations, {})).disabled).not.toContain(user.id);
  });
});
