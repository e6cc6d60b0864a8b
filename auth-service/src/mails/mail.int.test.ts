import { forgotPassword, patchAccount, register, resetPassword, verify } from '@natter/contracts/auth';
import { Registry } from '@natter/service-kit/metrics';
import { MailReceiver, tokenOf } from '@natter/service-kit/testing/mail-receiver';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HousekeepingService } from '../housekeeping/housekeeping.service.js';
import { eventually, goodPassword, origin, outcome, TestAuthService } from '../testing/auth-service.js';

let receiver: MailReceiver;
let auth: TestAuthService;
beforeEach(async () => {
  receiver = await MailReceiver.start();
  auth = await TestAuthService.start({
    NATTER_MAIL_URL: receiver.url,
    NATTER_MAIL_FROM: 'Natter <natter@example.org>',
    NATTER_ORIGINS: 'https://chat.example.org',
    NATTER_RATE_FACTOR: '100',
  });
});
afterEach(async () => {
  await auth.stop();
  await receiver.close();
});

const ask = (username: string) =>
  auth.call(register, { email: `${username}@example.org`, username, password: goodPassword, origin });
const waiting = () => auth.db.query<{ attempts: number }[]>('SELECT attempts FROM mails');
const metrics = () => auth.first.get(Registry).metrics();
/** Retries are timed by the clock of the test: let them become due. */
const inTime = (condition: () => boolean | Promise<boolean>, what: string) =>
  eventually(() => {
    auth.clock.advance(1_000);
    return condition();
  }, what);

describe('a mail', () => {
  it('waits while nobody takes it, holds nobody up, and goes out when the server is back', async () => {
    await receiver.close();
    for (const name of ['ann', 'bea', 'cas', 'dora', 'eve']) expect(await ask(name)).toEqual({ user: null });
    await inTime(async () => (await waiting()).every(({ attempts }) => attempts > 1), 'each was tried twice');
    await receiver.open();
    await inTime(async () => (await waiting()).length === 0, 'all are sent');
    expect(receiver.mails).toHaveLength(5);
    const token = tokenOf(receiver.to('ann@example.org')[0]!);
    expect(await outcome(auth.call(verify, { token, origin }))).toBe('ok');
  });

  it('is tried again when the server says later, and given up when it says never', async () => {
    receiver.status = 451;
    await ask('ann');
    await eventually(() => receiver.attempts > 0, 'a try');
    receiver.status = 550;
    await inTime(async () => (await waiting()).length === 0, 'it is given up');
    expect(receiver.mails).toEqual([]);
    expect(await metrics()).toMatch(/natter_mails_total\{result="failed".*\} [1-9]/);
    expect(await metrics()).toMatch(/natter_mails_total\{result="dropped".*\} 1\n/);
  });

  it('is given up after twelve hours', async () => {
    await receiver.close();
    await ask('ann');
    await eventually(async () => (await waiting())[0]!.attempts > 0, 'a try');
    auth.clock.advance(12 * 3_600_000);
    await eventually(async () => (await waiting()).length === 0, 'it is given up');
  });

  it('that may have been lost is sent again with another link, and both are good', async () => {
    await ask('ann');
    await eventually(() => receiver.mails.length === 1, 'the mail');
    await eventually(async () => (await waiting()).length === 0, 'it is sent');
    // As if the replica had died between the two.
    await auth.db.query(
      `INSERT INTO mails (id, kind, email, verification_id, since, attempts, next_try_at)
       SELECT gen_random_uuid(), 'verification', email, id, created_at, 1, created_at FROM verifications`,
    );
    await inTime(() => receiver.mails.length === 2, 'it is sent once more');
    const [first, second] = receiver.mails.map(tokenOf);
    expect(first).not.toBe(second);
    expect(await auth.call(verify, { token: first!, origin })).toMatchObject({ isRepeat: false });
    expect(await auth.call(verify, { token: second!, origin })).toMatchObject({ isRepeat: true });
  });

  it('is sent by another replica when the one that took it died, and not before its lease is over', async () => {
    const askAndWait = async (name: string, mails: number) => {
      await ask(name);
      await eventually(async () => receiver.mails.length >= mails && (await waiting()).length === held, 'it is sent');
    };
    let held = 0;
    await askAndWait('ann', 1);
    // As if a replica had taken it again, and died.
    await auth.db.query(
      `INSERT INTO mails (id, kind, email, verification_id, since, attempts, next_try_at)
       SELECT gen_random_uuid(), 'verification', email, id, created_at, 1, $1 FROM verifications`,
      [new Date(auth.clock.now() + 45_000)],
    );
    held = 1;
    auth.clock.advance(44_000);
    await askAndWait('bea', 2);
    expect(receiver.to('ann@example.org')).toHaveLength(1);
    auth.clock.advance(1_000);
    await eventually(() => receiver.to('ann@example.org').length === 2, 'the lease is over');
  });

  it('under way when the service stops is broken off, and sent by whoever comes next', async () => {
    receiver.isSilent = true;
    await ask('ann');
    await eventually(() => receiver.connections > 0, 'the mail server is asked');
    await auth.replicas.pop()!.stop();
    receiver.isSilent = false;
    // Long before the lease of the one that stopped would be over.
    auth.clock.advance(1_000);
    await auth.addReplica();
    await eventually(() => receiver.mails.length === 1, 'it is sent');
  });

  it('goes out over no TLS that cannot be trusted', async () => {
    await receiver.close();
    receiver.offersTls = true;
    await receiver.open();
    await ask('ann');
    const failures = async () => /natter_mails_total\{result="failed".*\} [1-9]/.test(await metrics());
    await eventually(failures, 'a try');
    expect([receiver.mails, receiver.attempts]).toEqual([[], 0]);
  });

  it('that is a day old is not sent any more: it comes out of a backup', async () => {
    await receiver.close();
    await ask('ann');
    await eventually(async () => (await waiting())[0]!.attempts > 0, 'a try');
    await receiver.open();
    auth.clock.advance(24 * 3_600_000);
    await eventually(async () => (await waiting()).length === 0, 'it is given up');
    expect(receiver.mails).toEqual([]);
  });

  it('that nobody sends any more is swept', async () => {
    await receiver.close();
    await ask('ann');
    await auth.db.query(`UPDATE mails SET next_try_at = 'infinity'`);
    auth.clock.advance(25 * 3_600_000);
    await auth.first.get(HousekeepingService).run();
    expect(await waiting()).toEqual([]);
  });

  it('is refused before it is asked for when ten thousand wait', async () => {
    await receiver.close();
    await auth.db.query(
      `INSERT INTO mails (id, kind, email, since, attempts, next_try_at)
       SELECT gen_random_uuid(), 'verification', 'x@example.org', now(), 0, 'infinity' FROM generate_series(1, 10001)`,
    );
    expect(await outcome(ask('ann'))).toBe('unavailable');
  });
});

describe('a forgotten password', () => {
  const forgot = (email: string, ip = '192.0.2.1') =>
    outcome(auth.call(forgotPassword, { email, origin: { ...origin, ip } }));
  const resetToken = async (nth: number) => {
    const resets = () => receiver.mails.filter(({ subject }) => subject === 'A new password for Natter');
    await eventually(() => resets().length >= nth, `mail ${nth}`);
    return { to: resets()[nth - 1]!.to, token: tokenOf(resets()[nth - 1]!) };
  };
  const reset = (token: string) => outcome(auth.call(resetPassword, { token, new: 'a raft of new llamas', origin }));
  beforeEach(async () => {
    await ask('ann');
    await eventually(() => receiver.mails.length === 1, 'the mail');
    await auth.call(verify, { token: tokenOf(receiver.mails[0]!), origin });
  });

  it('is set anew by a link to the address of the account, once, and by the newest only', async () => {
    expect(await forgot('ANN@example.org')).toBe('ok');
    const first = await resetToken(1);
    expect(first.to).toBe('ann@example.org');
    expect(await forgot('ann@example.org')).toBe('ok');
    const { token } = await resetToken(2);
    expect(await reset(first.token)).toBe('invalid_credentials');
    expect(await reset(token)).toBe('ok');
    expect(await reset(token)).toBe('invalid_credentials');
    expect(await outcome(auth.login('ann', 'a raft of new llamas'))).toBe('ok');
  });

  it('whose mail may have been lost gets another link, and both are good until one is used', async () => {
    await forgot('ann@example.org');
    const first = await resetToken(1);
    await eventually(async () => (await waiting()).length === 0, 'it is sent');
    // As if the replica had died between the two.
    const [, id] = /^<(.+)@/.exec(receiver.mails.at(-1)!.id) ?? [];
    await auth.db.query(
      `INSERT INTO mails (id, kind, email, since, attempts, next_try_at)
       VALUES ($1, 'password_reset', 'ann@example.org', $2, 1, $2)`,
      [id, new Date(auth.clock.now())],
    );
    const second = await resetToken(2);
    expect(receiver.mails.at(-1)!.id).toBe(receiver.mails.at(-2)!.id);
    expect(second.token).not.toBe(first.token);
    const made = await auth.db.query<unknown[]>(`SELECT 1 FROM audit WHERE action = 'password_reset_made'`);
    expect(made).toHaveLength(1);
    expect(await reset(first.token)).toBe('ok');
    expect(await reset(second.token)).toBe('invalid_credentials');
  });

  it('is not set by a link that went to an address which the account has no more', async () => {
    await forgot('ann@example.org');
    const { token } = await resetToken(1);
    const { user, session } = await auth.login('ann');
    const change = { actor: user.id, session, email: 'new@example.org', password: goodPassword, origin };
    await auth.call(patchAccount, change);
    await eventually(() => receiver.to('new@example.org').length === 1, 'the mail');
    await auth.call(verify, { token: tokenOf(receiver.to('new@example.org')[0]!), origin });
    expect(await reset(token)).toBe('invalid_credentials');
    await forgot('new@example.org');
    expect(await reset((await resetToken(2)).token)).toBe('ok');
  });

  it('of nobody, or of an account that is disabled, is answered the same, and no mail goes out', async () => {
    expect(await forgot('nobody@example.org')).toBe('ok');
    await auth.db.query('UPDATE users SET disabled = true');
    expect(await forgot('ann@example.org')).toBe('ok');
    await eventually(async () => (await waiting()).length === 0, 'the outbox is empty');
    expect(receiver.mails).toHaveLength(1);
  });

  it('is written down without an address or a token', async () => {
    await forgot('ann@example.org');
    const { token } = await resetToken(1);
    const rows = JSON.stringify(await auth.db.query('SELECT * FROM audit, password_resets'));
    expect(rows).toContain('password_reset_made');
    for (const secret of [token, 'ann@example.org']) expect(rows).not.toContain(secret);
  });
});

it('the outbox shows its length and the age of its oldest in the metrics', async () => {
  await receiver.close();
  await ask('ann');
  auth.clock.advance(7_000);
  expect(await metrics()).toMatch(/natter_mails_waiting\{.*\} 1\n/);
  expect(await metrics()).toMatch(/natter_mails_oldest_seconds\{.*\} 7\n/);
});
