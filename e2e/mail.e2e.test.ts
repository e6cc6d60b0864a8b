// Verified addresses: an account is made by the link in a mail, nobody learns from an answer who has one, and neither a crash nor a mail
// server that is away costs a mail.
import { Rest } from '@natter/client/rest';
import type { User } from '@natter/contracts/events';
import { MailReceiver, type ReceivedMail, tokenOf } from '@natter/service-kit/testing/mail-receiver';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Answer, Problem } from './harness/api.js';
import { DocumentedAnswers } from './harness/documented.js';
import { freshName, signIn } from './harness/person.js';
import { useSystem } from './harness/use-system.js';
import { until } from './harness/wait.js';

const receiver = await MailReceiver.start();
afterAll(() => receiver.close());
const natter = await useSystem({
  env: { NATTER_MAIL_URL: receiver.url, NATTER_MAIL_FROM: 'Natter <natter@example.org>' },
});
const documented = await DocumentedAnswers.read(natter.api);

const password = 'nine llamas on a raft';
type Answered = Answer<{ user?: User } & Partial<Problem>>;
const register = async (username: string, email = `${username}@example.org`): Promise<Answered> => {
  const answer = await natter.api.post<{ user?: User }>('/api/auth/register', { email, username, password });
  expect(documented.wrongWith('POST /api/auth/register', answer)).toBeUndefined();
  return answer;
};
const verify = async (token: string): Promise<Answered> => {
  const answer = await natter.api.post<{ user?: User }>('/api/auth/verify', { token });
  expect(documented.wrongWith('POST /api/auth/verify', answer)).toBeUndefined();
  return answer;
};
const forgot = async (email: string): Promise<Answered> => {
  const answer = await natter.api.post<{ user?: User }>('/api/auth/forgotten', { email });
  expect(documented.wrongWith('POST /api/auth/forgotten', answer)).toBeUndefined();
  return answer;
};
const said = ({ status, body }: Answered): string => `${status} ${body.code ?? body.user?.username}`;
const mailTo = async (address: string, nth = 1): Promise<ReceivedMail> => {
  await until(`mail ${nth} to ${address}`, () => receiver.to(address).length >= nth);
  return receiver.to(address)[nth - 1]!;
};
const tokenFor = async (username: string, nth = 1) => tokenOf(await mailTo(`${username}@example.org`, nth));
const canSignIn = async (login: string): Promise<string> => {
  const { status, body } = await natter.api.post<Problem>('/api/auth/login', { login, password, token: true });
  return status === 200 ? 'yes' : body.code;
};

beforeEach(() => {
  receiver.status = 250;
});

describe('an address', () => {
  it('is confirmed by the link of a mail, which makes the account; the link leads to where browsers find this', async () => {
    const ann = freshName('ann');
    expect(await register(ann)).toMatchObject({ status: 202, text: '{}' });
    expect(await canSignIn(ann)).toBe('invalid_credentials');
    const mail = await mailTo(`${ann}@example.org`);
    const link = `${natter.url.replace('127.0.0.1', 'localhost')}/verify#${tokenOf(mail)}`;
    expect(mail.text).toContain(`\n${link}\n`);
    expect(mail.html).toContain(`href="${link}"`);
    expect(said(await verify(tokenOf(mail)))).toBe(`201 ${ann}`);
    expect((await signIn(natter.api, `${ann}@example.org`, password)).user.username).toBe(ann);
    // The answer may have been lost.
    expect(said(await verify(tokenOf(mail)))).toBe(`200 ${ann}`);
  });

  it('is confirmed by the SDK likewise', async () => {
    const rest = new Rest({ baseUrl: natter.url, auth: 'bearer' });
    const bob = freshName('bob');
    expect(await rest.account.register({ email: `${bob}@example.org`, username: bob, password })).toBeUndefined();
    expect((await rest.account.verify(await tokenFor(bob))).username).toBe(bob);
    expect((await rest.account.login(bob, password)).email).toBe(`${bob}@example.org`);
    const changed = await rest.account.patchMe({ email: `${bob}@example.net`, password });
    expect(changed.email).toBe(`${bob}@example.org`);
    await rest.account.verify(tokenOf(await mailTo(`${bob}@example.net`)));
    expect((await rest.account.me()).email).toBe(`${bob}@example.net`);
  });

  it('is not confirmed by a link that is a day old, or made up', async () => {
    const cas = freshName('cas');
    await register(cas);
    const token = await tokenFor(cas);
    await natter.query('natter_auth', 'UPDATE verifications SET expires_at = now() WHERE username = $1', [cas]);
    for (const bad of [token, 'made up', '']) expect(said(await verify(bad))).toBe('410 gone');
    await register(cas);
    expect(said(await verify(await tokenFor(cas, 2)))).toBe(`201 ${cas}`);
  });
});

it('two may wait for one name, and the first to confirm gets it', async () => {
  const [name, one, two] = [freshName('dora'), freshName('one'), freshName('two')];
  for (const who of [one, two]) expect((await register(name, `${who}@example.org`)).status).toBe(202);
  const [first, second] = [await tokenFor(one), await tokenFor(two)];
  expect(said(await verify(second))).toBe(`201 ${name}`);
  expect(said(await verify(first))).toBe('409 account_exists');
});

it('nobody learns from an answer who has an account', async () => {
  const [eve, other, nobody] = [freshName('eve'), freshName('other'), freshName('nobody')];
  await register(eve);
  await verify(await tokenFor(eve));
  const outside = ({ status, headers, text }: Answered) => ({
    status,
    text,
    headers: [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name)),
  });
  const free = outside(await register(nobody));
  expect(outside(await register(other, `${eve}@example.org`))).toEqual(free);
  expect(outside(await register(eve, `${other}@example.org`))).toEqual(free);
  const known = outside(await forgot(`${eve}@example.org`));
  expect(known).toMatchObject({ status: 202, text: '{}' });
  expect(outside(await forgot(`${freshName('no-one')}@example.org`))).toEqual(known);
  const subjects = [(await mailTo(`${eve}@example.org`, 2)).subject, (await mailTo(`${eve}@example.org`, 3)).subject];
  expect(subjects.sort()).toEqual(['A new password for Natter', 'You have an account on Natter']);
  expect((await mailTo(`${other}@example.org`)).subject).toBe('Your account on Natter needs another name');
});

it('a mail is sent by whoever comes after an auth-service that died between the answer and the mail', async () => {
  const fay = freshName('fay');
  await receiver.close();
  expect((await register(fay)).status).toBe(202);
  await natter.stack.kill('auth-1', 'SIGKILL');
  await receiver.open();
  await natter.stack.whenReady('auth-1');
  // It may have died with the mail in hand: its lease would end in 45 s.
  await natter.query('natter_auth', 'UPDATE mails SET next_try_at = now()');
  expect(said(await verify(await tokenFor(fay)))).toBe(`201 ${fay}`);
});

it('a mail server that is away, or refuses for now, is waited for, and holds nobody up', async () => {
  const [gus, hal] = [freshName('gus'), freshName('hal')];
  await receiver.close();
  expect((await register(gus)).status).toBe(202);
  await until('it was tried in vain', () => natter.log.some(({ text }) => text.includes('mails wait')));
  receiver.status = 451;
  await receiver.open();
  const before = receiver.attempts;
  expect((await register(hal)).status).toBe(202);
  await until('it was refused for now', () => receiver.attempts > before);
  receiver.status = 250;
  for (const who of [gus, hal]) expect(said(await verify(await tokenFor(who)))).toBe(`201 ${who}`);
});

it('no address, no token and no password stands in a log', () => {
  const secrets = receiver.mails.flatMap((mail) =>
    /\/(verify|reset)#/.test(mail.text) ? [mail.to, tokenOf(mail)] : [mail.to],
  );
  const lines = natter.log.map(({ text }) => text).join('\n');
  expect(secrets.length).toBeGreaterThan(5);
  expect([...secrets, password].filter((secret) => lines.includes(secret))).toEqual([]);
});
