import { listAudit } from '@natter/contracts/admin';
import { changePassword, forgotPassword, getAccount, patchAccount, register, verify } from '@natter/contracts/auth';
import { limits } from '@natter/contracts/limits';
import { MailReceiver, tokenOf } from '@natter/service-kit/testing/mail-receiver';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HousekeepingService } from '../housekeeping/housekeeping.service.js';
import { eventually, goodPassword, origin, outcome, TestAuthService } from '../testing/auth-service.js';

const site = 'https://chat.example.org';
const hour = 3_600_000;

let receiver: MailReceiver;
let auth: TestAuthService;
const start = async (more: Record<string, string> = {}, replicas = 1): Promise<void> => {
  receiver = await MailReceiver.start();
  const settings = {
    NATTER_MAIL_URL: receiver.url,
    NATTER_MAIL_FROM: 'Natter <natter@example.org>',
    NATTER_ORIGINS: `${site},http://localhost:8080`,
  };
  auth = await TestAuthService.start({ ...settings, ...more }, replicas);
};
afterEach(async () => {
  await auth.stop();
  await receiver.close();
});

const ask = (username: string, email = `${username}@example.org`, ip = '192.0.2.1') =>
  auth.call(register, { email, username, password: goodPassword, origin: { ...origin, ip } });
const mailsTo = async (address: string, count = 1) => {
  await eventually(() => receiver.to(address).length >= count, `mail ${count} to ${address}`);
  return receiver.to(address);
};
const tokenFor = async (address: string, count = 1) => tokenOf((await mailsTo(address, count)).at(-1)!);
const confirm = (token: string) => auth.call(verify, { token, origin });
const usernames = async () =>
  (await auth.db.query<{ username: string }[]>('SELECT username FROM users ORDER BY 1')).map((row) => row.username);
const count = async (table: string) => (await auth.db.query<unknown[]>(`SELECT 1 FROM ${table}`)).length;

describe('registering where addresses are verified', () => {
  beforeEach(() => start());

  it('makes the account when the link comes back, and not before', async () => {
    expect(await ask('Ann')).toEqual({ user: null });
    const [mail] = await mailsTo('Ann@example.org');
    expect(mail?.text).toContain(`«Ann» with this address on ${site}`);
    expect(mail?.html).toContain(`href="${site}/verify#`);
    expect(await usernames()).toEqual([]);
    expect(await outcome(auth.login('Ann'))).toBe('invalid_credentials');
    const { user, isRepeat } = await confirm(tokenOf(mail!));
    expect(user).toEqual({ id: user.id, username: 'Ann', display_name: 'Ann', avatar: null });
    expect(isRepeat).toBe(false);
    expect((await auth.login('ann@example.org')).user).toMatchObject({ username: 'Ann', email: 'Ann@example.org' });
    await eventually(async () => (await count('mails')) === 0, 'the outbox is empty');
  });

  it('answers the same by the same token, and does nothing, for as long as it would have been good', async () => {
    await ask('ann');
    const token = await tokenFor('ann@example.org');
    const first = await confirm(token);
    expect(await confirm(token)).toEqual({ ...first, isRepeat: true });
    expect(await usernames()).toEqual(['ann']);
    auth.clock.advance(limits.verificationMs);
    expect(await outcome(confirm(token))).toBe('gone');
  });

  it('makes one account of many who follow one link at once', async () => {
    await ask('ann');
    const token = await tokenFor('ann@example.org');
    const answers = await Promise.all(Array.from({ length: 6 }, () => confirm(token)));
    expect(answers.filter(({ isRepeat }) => !isRepeat)).toHaveLength(1);
    expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1);
  });

  it('keeps nothing by which an account could be made, and nothing of a password once there is one', async () => {
    await ask('ann');
    const token = await tokenFor('ann@example.org');
    const stored = async () => JSON.stringify(await auth.db.query('SELECT * FROM verifications, attempts'));
    expect(await stored()).not.toContain(token.slice(-43));
    expect(await stored()).toContain('$argon2id$');
    await confirm(token);
    expect(await stored()).not.toContain('$argon2id$');
  });

  it('takes no token that was not sent', async () => {
    await ask('ann');
    const token = await tokenFor('ann@example.org');
    const other = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const bad of ['', 'x', other, token.slice(37), `${'0'.repeat(8)}${token.slice(8)}`, `${token}A`, '\u0000'])
      expect(await outcome(confirm(bad)), bad).toBe('gone');
    expect(await outcome(confirm(token))).toBe('ok');
  });

  it('is over a day after the mail', async () => {
    await ask('ann');
    const token = await tokenFor('ann@example.org');
    auth.clock.advance(limits.verificationMs);
    expect(await outcome(confirm(token))).toBe('gone');
    await auth.first.get(HousekeepingService).run();
    expect(await count('verifications')).toBe(0);
    expect(await outcome(confirm(token))).toBe('gone');
  });

  it('lets two wait for one name: the first to confirm gets it', async () => {
    await ask('ann', 'one@example.org');
    await ask('ANN', 'two@example.org');
    const [one, two] = [await tokenFor('one@example.org'), await tokenFor('two@example.org')];
    expect(await outcome(confirm(two))).toBe('ok');
    expect(await outcome(confirm(one))).toBe('account_exists');
    expect(await usernames()).toEqual(['ANN']);
    await ask('bea', 'one@example.org');
    expect(await outcome(confirm(await tokenFor('one@example.org', 2)))).toBe('ok');
  });

  it('has one outcome when two confirm one name at once', async () => {
    await ask('ann', 'one@example.org');
    await ask('ann', 'two@example.org');
    const tokens = [await tokenFor('one@example.org'), await tokenFor('two@example.org')];
    expect((await Promise.all(tokens.map((token) => outcome(confirm(token))))).sort()).toEqual([
      'account_exists',
      'ok',
    ]);
  });

  it('answers the same whoever has the email or the name, and only the mail tells', async () => {
    await ask('ann');
    await confirm(await tokenFor('ann@example.org'));
    const answers = [await ask('other', 'ANN@example.org'), await ask('Ann', 'new@example.org'), await ask('nobody')];
    expect(answers).toEqual([{ user: null }, { user: null }, { user: null }]);
    const [, toOwner] = await mailsTo('ann@example.org', 2);
    expect([toOwner?.subject, toOwner?.text]).toEqual([
      'You have an account on Natter',
      expect.stringContaining('yours: «ann»'),
    ]);
    expect(toOwner?.text).not.toContain('/verify');
    const [toNew] = await mailsTo('new@example.org');
    expect(toNew?.text).toContain('That name is taken.');
    expect(toNew?.text).not.toContain('/verify');
  });

  it('refuses a weak password as ever', async () => {
    const weak = auth.call(register, { email: 'a@example.org', username: 'ann', password: 'password', origin });
    expect(await outcome(weak)).toBe('weak_password');
    expect(await count('verifications')).toBe(0);
  });

  it('is written down when there is an account, and not before', async () => {
    await ask('ann');
    const token = await tokenFor('ann@example.org');
    expect(await count('audit')).toBe(0);
    const { user } = await confirm(token);
    await auth.crown(user.id);
    const { items } = await auth.call(listAudit, { actor: user.id });
    expect(items.map(({ action, user: about }) => [action, about?.username])).toEqual([['registered', 'ann']]);
  });
});

describe('mails to one address', () => {
  beforeEach(() => start({}, 2));

  it('are three an hour and ten a day, whoever asks from wherever and however it is written', async () => {
    const flood = async (round: number) => {
      const tries = Array.from({ length: 6 }, (_, i) =>
        ask(`name${round}-${i}`, i % 2 === 0 ? 'ann@example.org' : 'ANN@example.org', `192.0.${round}.${i}`),
      );
      for (const answer of await Promise.all(tries)) expect(answer).toEqual({ user: null });
      await eventually(async () => (await count('mails')) === 0, 'all are sent');
      return receiver.mails.length;
    };
    const sent: number[] = [];
    for (let round = 0; round < 5; round++) {
      sent.push(await flood(round));
      auth.clock.advance(hour);
    }
    expect(sent).toEqual([3, 6, 9, 10, 10]);
    auth.clock.advance(20 * hour);
    expect(await flood(5)).toBe(13);
  });

  it('are counted by their kind: asking for accounts in somebody’s name takes no link to a new password from them', async () => {
    await ask('ann');
    await confirm(await tokenFor('ann@example.org'));
    for (let i = 0; i < 5; i++) await ask(`name${i}`, 'ann@example.org');
    await auth.call(forgotPassword, { email: 'ann@example.org', origin });
    await mailsTo('ann@example.org', 4);
    await eventually(async () => (await count('mails')) === 0, 'all are sent');
    const subjects = receiver.to('ann@example.org').map(({ subject }) => subject);
    expect(subjects.filter((subject) => subject === 'A new password for Natter')).toHaveLength(1);
    expect(subjects).toHaveLength(4);
  });

  it('are ten an hour to any address from one place', async () => {
    for (let i = 0; i < limits.registrationsPerHour; i++) await ask(`name${i}`);
    expect(await outcome(ask('late'))).toBe('rate_limited');
  });
});

describe('the first administrator where addresses are verified', () => {
  it('is the first to confirm, not the first to ask', async () => {
    await start({ NATTER_FIRST_USER_ADMIN: '1' });
    await ask('ann');
    await ask('bea');
    for (const name of ['bea', 'ann']) await confirm(await tokenFor(`${name}@example.org`));
    const admins = await auth.db.query<{ username: string }[]>('SELECT username FROM users WHERE admin');
    expect(admins).toEqual([{ username: 'bea' }]);
  });

  it('of the configuration needs no mail', async () => {
    await start({ NATTER_ADMIN_USERNAME: 'root', NATTER_ADMIN_PASSWORD: goodPassword });
    expect((await auth.login('root')).user.admin).toBe(true);
    expect(receiver.attempts).toBe(0);
  });
});

describe('another email where addresses are verified', () => {
  let ann: { actor: string; session: string; origin: typeof origin };
  beforeEach(async () => {
    await start();
    await ask('ann');
    const { user } = await confirm(await tokenFor('ann@example.org'));
    ann = { actor: user.id, session: (await auth.login('ann')).session, origin };
  });

  const change = (email: string, more: object = {}) =>
    auth.call(patchAccount, { ...ann, email, password: goodPassword, ...more });
  const emailNow = async () => (await auth.call(getAccount, { actor: ann.actor })).user.email;

  it('counts once the link that was sent there comes back, and the old address hears of it', async () => {
    const { user } = await change('new@example.org', { display_name: 'Ann L.' });
    expect(user).toMatchObject({ email: 'ann@example.org', display_name: 'Ann L.' });
    const [mail] = await mailsTo('new@example.org');
    expect(mail?.subject).toBe('Confirm your new address for Natter');
    expect(await emailNow()).toBe('ann@example.org');
    const token = tokenOf(mail!);
    expect(await confirm(token)).toMatchObject({ user: { username: 'ann' }, isRepeat: false });
    expect(await emailNow()).toBe('new@example.org');
    expect(await outcome(auth.login('new@example.org'))).toBe('ok');
    expect(await outcome(auth.login('ann@example.org'))).toBe('invalid_credentials');
    expect((await mailsTo('ann@example.org', 2)).at(-1)?.subject).toBe('Your address for Natter has changed');
    expect(await confirm(token)).toMatchObject({ isRepeat: true });
  });

  it('is only the one that was asked for last', async () => {
    await change('one@example.org');
    const one = await tokenFor('one@example.org');
    await change('two@example.org');
    const two = await tokenFor('two@example.org');
    expect(await outcome(confirm(one))).toBe('gone');
    expect(await outcome(confirm(two))).toBe('ok');
    expect(await emailNow()).toBe('two@example.org');
  });

  it('of somebody else is answered as any, and its owner is told', async () => {
    await ask('bea');
    await confirm(await tokenFor('bea@example.org'));
    expect((await change('BEA@example.org')).user.email).toBe('ann@example.org');
    expect((await mailsTo('bea@example.org', 2)).at(-1)?.subject).toBe('You have an account on Natter');
    await change('new@example.org');
    await ask('cas', 'NEW@example.org');
    await confirm(await tokenFor('NEW@example.org'));
    expect(await outcome(confirm(await tokenFor('new@example.org')))).toBe('account_exists');
    expect(await emailNow()).toBe('ann@example.org');
  });

  it('that was asked for with an old password is nothing any more, nor is that of an account that is disabled', async () => {
    await change('new@example.org');
    const token = await tokenFor('new@example.org');
    await auth.call(changePassword, { ...ann, old: goodPassword, new: 'a raft of new llamas' });
    expect(await outcome(confirm(token))).toBe('gone');
    await change('newer@example.org', { password: 'a raft of new llamas' });
    const newer = await tokenFor('newer@example.org');
    await auth.db.query('UPDATE users SET disabled = true');
    expect(await outcome(confirm(newer))).toBe('gone');
  });

  it('that differs in case only needs no mail', async () => {
    expect((await change('ANN@example.org')).user.email).toBe('ANN@example.org');
  });

  it('needs the password as ever', async () => {
    expect(await outcome(change('new@example.org', { password: 'wrong' }))).toBe('invalid_credentials');
    expect(await auth.db.query('SELECT 1 FROM verifications WHERE used_at IS NULL')).toEqual([]);
  });
});
