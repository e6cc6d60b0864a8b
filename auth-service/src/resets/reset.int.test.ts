import { createReset, listAudit } from '@natter/contracts/admin';
import { changePassword, forgotPassword, patchAccount, resetPassword } from '@natter/contracts/auth';
import { limits } from '@natter/contracts/limits';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, goodPassword, origin, outcome, TestAuthService } from '../testing/auth-service.js';

let auth: TestAuthService;
let admin: Awaited<ReturnType<TestAuthService['someone']>>;
let people = 0;
beforeAll(async () => {
  auth = await TestAuthService.start({}, 2);
  admin = await auth.someone('admin');
  await auth.crown(admin.id);
});
afterAll(() => auth.stop());

const next = 'a raft for nine new llamas';
/** Each with an address of their own: registrations are counted. */
const someone = async () => {
  const name = `someone${++people}`;
  const ip = `198.51.100.${people}`;
  const { user } = await auth.register(name, ip);
  const { token, expires_at } = await auth.call(createReset, { ...admin.as, target: user.id });
  const reset = (password = next, which = token) =>
    outcome(auth.call(resetPassword, { token: which, new: password, origin: { ...origin, ip } }));
  return { id: user.id, name, ip, token, expires_at, reset };
};

describe('a forgotten password', () => {
  it('is an administrator’s business where no mails are sent', async () => {
    expect(await outcome(auth.call(forgotPassword, { email: 'ann@example.org', origin }))).toBe('forbidden');
  });
});

describe('a password reset', () => {
  it('sets a new password once, and ends all sessions', async () => {
    const ann = await someone();
    const { session } = await auth.login(ann.name, goodPassword, ann.ip);
    expect(ann.expires_at).toBe(new Date(auth.clock.now() + limits.resetMs).toISOString());
    expect(await ann.reset()).toBe('ok');
    const ended = () => auth.sessionsEnded.filter((event) => event.user === ann.id).flatMap((event) => event.sessions);
    await eventually(() => ended().length > 0, 'the end is published');
    expect(ended()).toEqual([session]);
    expect(await outcome(auth.login(ann.name, next, ann.ip))).toBe('ok');
    expect(await outcome(auth.login(ann.name, goodPassword, ann.ip))).toBe('invalid_credentials');
    expect(await ann.reset('yet another password')).toBe('invalid_credentials');
  });

  it('is done by one of many who come with it at once', async () => {
    const ann = await someone();
    const passwords = Array.from({ length: 4 }, (_, i) => `${next} ${i}`);
    const outcomes = await Promise.all(passwords.map((password) => ann.reset(password)));
    expect(outcomes.filter((code) => code === 'ok')).toHaveLength(1);
    expect(await outcome(auth.login(ann.name, passwords[outcomes.indexOf('ok')], ann.ip))).toBe('ok');
  });

  it('is over with its time, with a newer one, and when the password or the address is changed otherwise', async () => {
    const [late, old, changed, moved] = [await someone(), await someone(), await someone(), await someone()];
    await auth.call(createReset, { ...admin.as, target: old.id });
    const as = async ({ id, name, ip }: typeof late) => {
      const { session } = await auth.login(name, goodPassword, ip);
      return { actor: id, session, origin: { ...origin, ip } };
    };
    await auth.call(changePassword, { ...(await as(changed)), old: goodPassword, new: next });
    const email = 'moved@example.net';
    await auth.call(patchAccount, { ...(await as(moved)), email, password: goodPassword });
    for (const { reset } of [old, changed, moved]) expect(await reset()).toBe('invalid_credentials');
    auth.clock.advance(limits.resetMs);
    expect(await late.reset()).toBe('invalid_credentials');
  });

  it('refuses a weak password without being used up, and a disabled account', async () => {
    const ann = await someone();
    expect(await ann.reset('password123')).toBe('weak_password');
    expect(await ann.reset(ann.name)).toBe('weak_password');
    await auth.db.query('UPDATE users SET disabled = true WHERE id = $1', [ann.id]);
    expect(await ann.reset()).toBe('invalid_credentials');
    await auth.db.query('UPDATE users SET disabled = false WHERE id = $1', [ann.id]);
    expect(await ann.reset()).toBe('ok');
  });

  it('lets nobody guess: after five wrong ones from an address, the right one waits too', async () => {
    const ann = await someone();
    for (let i = 0; i < 5; i++) expect(await ann.reset(next, `wrong ${i}`)).toBe('invalid_credentials');
    expect(await ann.reset()).toBe('rate_limited');
    auth.clock.advance(5_000);
    expect(await ann.reset()).toBe('ok');
  });

  it('forgives what was guessed at the password before', async () => {
    const ann = await someone();
    for (let i = 0; i < 6; i++) await outcome(auth.login(ann.name, 'forgotten', ann.ip));
    expect(await outcome(auth.login(ann.name, goodPassword, ann.ip))).toBe('rate_limited');
    expect(await ann.reset()).toBe('ok');
    expect(await outcome(auth.login(ann.name, next, ann.ip))).toBe('ok');
  });

  it('is written down, and its token nowhere', async () => {
    const ann = await someone();
    await ann.reset(next, 'not a token');
    await ann.reset();
    const { items } = await auth.call(listAudit, { actor: admin.id, user: ann.id });
    expect(items.map(({ action, by }) => [action, by?.id])).toEqual([
      ['password_reset', ann.id],
      ['password_reset_made', admin.id],
      ['registered', ann.id],
    ]);
    const refusals = await auth.call(listAudit, { actor: admin.id, kind: 'refusals' });
    expect(refusals.items[0]).toMatchObject({ action: 'password_reset_refused', by: null, user: null, ip: ann.ip });
    const kept = await auth.db.query(`SELECT * FROM audit, password_resets`);
    expect(JSON.stringify(kept)).not.toContain(ann.token);
  });
});
