import { changePassword } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { goodPassword, outcome, TestAuthService } from '../testing/auth-service.js';
import { GuessLimit } from './guess-limit.js';

let auth: TestAuthService;
beforeEach(async () => {
  auth = await TestAuthService.start({}, 2);
});
afterEach(() => auth.stop());

const wrong = (name: string, ip?: string) => outcome(auth.login(name, 'wrong', ip));
const retryAfter = async (call: Promise<unknown>): Promise<number | undefined> => {
  const error = await call.catch((reason: unknown) => reason as { code: string; details: { retryAfterMs?: number } });
  expect(error).toMatchObject({ code: 'rate_limited' });
  return (error as { details: { retryAfterMs?: number } }).details.retryAfterMs;
};
const times = <T>(n: number, work: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: n }, work));
const count = (outcomes: string[], code: string): number => outcomes.filter((found) => found === code).length;

describe('guessing', () => {
  it('is refused after 5 failures, with a wait that doubles, until the right password comes', async () => {
    await auth.register('ada');
    for (let i = 0; i < 5; i++) expect(await wrong('ada')).toBe('invalid_credentials');
    expect(await retryAfter(auth.login('ada'))).toBe(5_000);
    auth.clock.advance(4_000);
    expect(await retryAfter(auth.login('ada'))).toBe(1_000);
    auth.clock.advance(1_000);
    expect(await wrong('ada')).toBe('invalid_credentials');
    expect(await retryAfter(auth.login('ada'))).toBe(10_000);
    auth.clock.advance(10_000);
    expect(await outcome(auth.login('ada'))).toBe('ok');
    for (let i = 0; i < 5; i++) expect(await wrong('ada')).toBe('invalid_credentials');
    expect(await retryAfter(auth.login('ada'))).toBe(5_000);
  });

  it('lets no more than 5 of many through that come at once over two replicas', async () => {
    await auth.register('ada');
    const outcomes = await times(20, () => wrong('ada'));
    expect(count(outcomes, 'invalid_credentials')).toBe(5);
    expect(count(outcomes, 'rate_limited')).toBe(15);
  });

  it('counts the email and the username as one account, and leaves other addresses and accounts alone', async () => {
    await auth.register('ada');
    await auth.register('grace');
    for (let i = 0; i < 5; i++) await wrong(i % 2 === 0 ? 'ADA' : 'ada@example.org');
    expect(await wrong('ada')).toBe('rate_limited');
    expect(await outcome(auth.login('ada', goodPassword, '192.0.2.2'))).toBe('ok');
    expect(await outcome(auth.login('grace'))).toBe('ok');
  });

  it('is limited alike where there is no account, so that a limit tells nothing', async () => {
    for (let i = 0; i < 5; i++) expect(await wrong(i % 2 === 0 ? 'nobody' : 'NOBODY')).toBe('invalid_credentials');
    expect(await retryAfter(auth.login('nobody'))).toBe(5_000);
  });

  it('is limited alike with logins and passwords that can be none', async () => {
    await auth.register('ada');
    for (const odd of ['', '\u0000', 'x'.repeat(5_000), '\ud800', 'y'.repeat(200_000)])
      expect(await outcome(auth.login('ada', odd))).toBe('invalid_credentials');
    expect(await retryAfter(auth.login('ada'))).toBe(5_000);
    for (let i = 0; i < 5; i++) expect(await wrong('ad\u0000')).toBe('invalid_credentials');
    expect(await retryAfter(auth.login('ad\u0000'))).toBe(5_000);
  });

  it('counts for nothing when the fault was ours', async () => {
    const { user } = await auth.register('ada');
    const guesses = auth.first.get(GuessLimit);
    const full = () => Promise.reject(new NatterError('rate_limited', { detail: 'too many passwords to hash' }));
    for (let i = 0; i < 10; i++)
      await expect(guesses.guess(user.id, '192.0.2.1', full)).rejects.toThrow('too many passwords to hash');
    expect(await outcome(auth.login('ada'))).toBe('ok');
  });

  it('is remembered over a restart', async () => {
    for (let i = 0; i < 5; i++) await wrong('ada');
    const fresh = await auth.addReplica();
    await Promise.all(auth.replicas.splice(0, 2).map((replica) => replica.stop()));
    expect(auth.replicas).toEqual([fresh]);
    expect(await wrong('ada')).toBe('rate_limited');
  });

  it('is limited when a password is changed, too, and leaves the session alone', async () => {
    const { user } = await auth.register('ada');
    const { session } = await auth.login('ada');
    const origin = { ip: '192.0.2.1', user_agent: '' };
    const change = (old: string) =>
      outcome(auth.call(changePassword, { actor: user.id, session, old, new: 'another good one', origin }));
    for (let i = 0; i < 5; i++) expect(await change('wrong')).toBe('invalid_credentials');
    expect(await change(goodPassword)).toBe('rate_limited');
    auth.clock.advance(5_000);
    expect(await change(goodPassword)).toBe('ok');
  });
});

describe('registering', () => {
  it('is let through 10 times an hour from one address, whatever names are tried', async () => {
    await auth.register('taken');
    for (let i = 1; i < 10; i++) {
      auth.clock.advance(60_000);
      expect(await outcome(auth.register('taken'))).toBe('account_exists');
    }
    expect(await retryAfter(auth.register('late'))).toBe(3_600_000 - 9 * 60_000);
    expect(await outcome(auth.register('elsewhere', '192.0.2.2'))).toBe('ok');
    auth.clock.advance(3_600_000 - 9 * 60_000);
    expect(await outcome(auth.register('late'))).toBe('ok');
    expect(await outcome(auth.register('later'))).toBe('rate_limited');
  });

  it('counts those that come at once over two replicas exactly', async () => {
    let n = 0;
    const outcomes = await times(16, () => outcome(auth.register(`user${n++}`)));
    expect(count(outcomes, 'ok')).toBe(10);
    expect(count(outcomes, 'rate_limited')).toBe(6);
  });

  it('does not count what was refused for its password', async () => {
    for (let i = 0; i < 12; i++) await outcome(auth.register(`user${i}`, '192.0.2.1', 'password'));
    expect(await outcome(auth.register('ada'))).toBe('ok');
  });
});
