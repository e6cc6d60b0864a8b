// Signing in by cookie and by token, and the header that keeps foreign pages out.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  changePassword,
  createTicket,
  endOtherSessions,
  endSession,
  getAccount,
  listSessions,
  login,
  logout,
  refresh,
  register,
  verify,
} from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { listConnections } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.js';

let gateway: TestGateway;
const user = { id: randomUUID(), username: 'ann', email: 'ann@chat.test', admin: false };
const session = randomUUID();
const issued = (n = 1) => ({
  user,
  session,
  access_token: `a${n}`,
  refresh_token: `r${n}`,
  expires_in: 900,
  refresh_expires_in: 86_400,
});

beforeAll(async () => {
  gateway = await startTestGateway();
  const { services } = gateway;
  services.answer(register, () => ({ user }));
  services.answer(login, ({ password }) => {
    if (password !== 'right') throw new NatterError('invalid_credentials');
    return issued();
  });
  services.answer(getAccount, ({ actor }) => ({ user: { ...user, id: actor } }));
  for (const call of [logout, changePassword, endSession, endOtherSessions]) services.answer(call, () => ({}));
  services.answer(createTicket, () => ({ ticket: 't', expires_in: 30 }));
});
beforeEach(() => gateway.services.answer(refresh, () => issued(2)));
afterAll(() => gateway.stop());

interface Answer {
  status: number;
  body: Record<string, unknown>;
  cookies: string[];
}
const call = async (
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: object,
): Promise<Answer> => {
  const response = await fetch(`${gateway.url}/api/auth/${path}`, {
    method,
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    cookies: response.headers.getSetCookie(),
  };
};
const cookie = (access: string, more = ''): Record<string, string> => ({ cookie: `natter_access=${access}${more}` });
const own = { 'x-natter': '1' };
const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

describe('registering', () => {
  it('answers the user and signs nobody in', async () => {
    const answer = await call(
      'POST',
      'register',
      {},
      { email: 'ann@chat.test', username: 'ann', password: 'long enough' },
    );
    expect(answer).toEqual({ status: 201, body: { user }, cookies: [] });
  });

  it('answers 202 and nothing else where a mail is sent first', async () => {
    gateway.services.answer(register, () => ({ user: null }));
    const body = { email: 'ann@chat.test', username: 'ann', password: 'long enough' };
    expect(await call('POST', 'register', {}, body)).toEqual({ status: 202, body: {}, cookies: [] });
    gateway.services.answer(register, () => ({ user }));
  });

  it('is done by the token of a mail, and done by it before the second time', async () => {
    const shown = { id: user.id, username: 'ann', display_name: 'Ann', avatar: null };
    for (const [isRepeat, status] of [
      [false, 201],
      [true, 200],
    ] as const) {
      gateway.services.answer(verify, () => ({ user: shown, isRepeat }));
      const answer = await call('POST', 'verify', {}, { token: 't' });
      expect(answer).toEqual({ status, body: { user: shown }, cookies: [] });
    }
    expect(gateway.services.of(verify).at(-1)).toMatchObject({ token: 't', origin: {} });
  });

  it('tells a short password from one that is too long', async () => {
    const code = async (password: string) =>
      (await call('POST', 'register', {}, { email: 'a@b.example', username: 'ann', password })).body['code'];
    expect([await code('short'), await code('x'.repeat(129))]).toEqual(['weak_password', 'invalid']);
  });
});

describe('signing in', () => {
  it('gives a browser cookies and no token that a script could read', async () => {
    const { status, body, cookies } = await call('POST', 'login', {}, { login: 'ann', password: 'right' });
    expect([status, body]).toEqual([200, { user, expires_in: 900 }]);
    expect(cookies).toEqual([
      'natter_access=a1; Max-Age=900; Path=/; HttpOnly; SameSite=Lax',
      'natter_refresh=r1; Max-Age=86400; Path=/api/auth; HttpOnly; SameSite=Lax',
    ]);
  });

  it('gives a bot tokens and no cookie', async () => {
    const { body, cookies } = await call('POST', 'login', {}, { login: 'ann', password: 'right', token: true });
    expect([body, cookies]).toEqual([{ user, expires_in: 900, access_token: 'a1', refresh_token: 'r1' }, []]);
  });

  it('with what can be no login or password says no more than that it is wrong', async () => {
    for (const odd of ['', 'a\u0000', '\ud800', 'x'.repeat(5_000)])
      for (const body of [
        { login: odd, password: 'x' },
        { login: 'ann', password: odd },
      ])
        expect(await call('POST', 'login', {}, body)).toMatchObject({
          status: 401,
          body: { code: 'invalid_credentials' },
        });
    for (const body of [{ login: 'ann' }, { login: 'ann', password: 5 }, { login: null, password: 'x' }])
      expect(await call('POST', 'login', {}, body)).toMatchObject({ status: 400, body: { code: 'bad_request' } });
  });

  it('with a wrong password says no more than that', async () => {
    const { status, body, cookies } = await call('POST', 'login', {}, { login: 'ann', password: 'wrong' });
    expect([status, body['code'], cookies]).toEqual([401, 'invalid_credentials', []]);
  });
});

describe('a request', () => {
  it('is the user’s whose token it carries, in a header or a cookie', async () => {
    const id = randomUUID();
    expect((await call('GET', 'me', bearer(gateway.token(id)))).body).toMatchObject({ user: { id } });
    expect((await call('GET', 'me', cookie(gateway.token(id)))).body).toMatchObject({ user: { id } });
  });

  it('with both is the one of the header', async () => {
    const [mine, yours] = [randomUUID(), randomUUID()];
    const both = { ...bearer(gateway.token(mine)), ...cookie(gateway.token(yours)) };
    expect((await call('GET', 'me', both)).body).toMatchObject({ user: { id: mine } });
    expect((await call('GET', 'me', { ...both, authorization: 'Bearer x' })).status).toBe(401);
  });

  it('without a good token is nobody’s', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const good = gateway.token(user.id);
    const [head = '', claims = '', signature = ''] = good.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    const tokens = [
      '',
      'x',
      `${none}.${claims}.`,
      `${head}.${claims}.${signature.slice(0, -4)}AAAA`,
      gateway.token(user.id, { key: privateKey }),
      gateway.token(user.id, { exp: 1 }),
    ];
    for (const token of tokens) expect((await call('GET', 'me', bearer(token))).status, token).toBe(401);
    expect(await call('GET', 'me')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect((await call('GET', 'me', bearer(gateway.token(user.id, { exp: 1 })))).body).toMatchObject({
      code: 'unauthenticated',
      detail: 'the access token has expired; refresh it',
    });
    expect((await call('GET', 'me', { authorization: `Basic ${good}` })).status).toBe(401);
  });

  it('of a session that has ended is refused as soon as we hear of it', async () => {
    const ended = randomUUID();
    const token = gateway.token(user.id, { session: ended });
    expect((await call('GET', 'me', bearer(token))).status).toBe(200);
    await gateway.publish(subjects.sessionsEnded, { user: user.id, sessions: [ended], reason: 'ended' });
    await expect
      .poll(() => call('GET', 'me', bearer(token)))
      .toMatchObject({ status: 401, body: { code: 'session_revoked' } });
  });

  it('that changes something by cookie needs the header no foreign page can send', async () => {
    const token = gateway.token(user.id);
    for (const headers of [cookie(token), { ...cookie(token), 'x-natter': '0' }, { ...cookie(token), 'x-natter': '' }])
      expect(await call('POST', 'ws-ticket', headers)).toMatchObject({ status: 403, body: { code: 'csrf' } });
    expect(await call('DELETE', 'sessions', cookie(token))).toMatchObject({ status: 403 });
    expect(await call('POST', 'ws-ticket', { ...cookie(token), ...own })).toMatchObject({
      status: 201,
      body: { ticket: 't', expires_in: 30 },
    });
    expect(await call('POST', 'ws-ticket', bearer(token))).toMatchObject({ status: 201 });
    expect(await call('GET', 'me', cookie(token))).toMatchObject({ status: 200 });
  });
});

describe('refreshing', () => {
  it('by cookie gives cookies, and needs the header', async () => {
    const headers = { cookie: 'natter_refresh=r1' };
    expect(await call('POST', 'refresh', headers)).toMatchObject({ status: 403, body: { code: 'csrf' } });
    const { status, body, cookies } = await call('POST', 'refresh', { ...headers, ...own });
    expect([status, body, cookies.length]).toEqual([200, { user, expires_in: 900 }, 2]);
    expect(gateway.services.of(refresh).at(-1)).toMatchObject({ refresh_token: 'r1' });
  });

  it('by body gives a body', async () => {
    const { body, cookies } = await call('POST', 'refresh', {}, { refresh_token: 'r9' });
    expect([body, cookies]).toEqual([{ user, expires_in: 900, access_token: 'a2', refresh_token: 'r2' }, []]);
  });

  it('without a token is 401, with one that is used up too, and then the cookies go', async () => {
    expect(await call('POST', 'refresh')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    gateway.services.answer(refresh, () => {
      throw new NatterError('session_revoked');
    });
    const { status, body, cookies } = await call('POST', 'refresh', { cookie: 'natter_refresh=old', ...own });
    expect([status, body['code']]).toEqual([401, 'session_revoked']);
    expect(cookies.every((text) => text.includes('Max-Age=0')) && cookies.length).toBe(2);
  });

  it('with a token that is none is asked for like any other', async () => {
    for (const odd of ['', 'x'.repeat(9_000), '\u0000']) {
      expect((await call('POST', 'refresh', {}, { refresh_token: odd })).status).toBe(200);
      expect(odd.startsWith(String(gateway.services.of(refresh).at(-1)?.['refresh_token']))).toBe(true);
    }
  });

  it('with an ill-typed token is a bad request', async () => {
    expect(await call('POST', 'refresh', {}, { refresh_token: 5 })).toMatchObject({ status: 400 });
  });
});

describe('signing out', () => {
  it('ends the session of the access token and clears the cookies', async () => {
    const headers = cookie(gateway.token(user.id, { session }), '; natter_refresh=r1');
    expect(await call('POST', 'logout', headers)).toMatchObject({ status: 403, body: { code: 'csrf' } });
    const { status, cookies } = await call('POST', 'logout', { ...headers, ...own });
    expect([status, cookies.length]).toEqual([204, 2]);
    expect(gateway.services.of(logout).at(-1)).toEqual({ session });
  });

  it('works by the refresh cookie when the access token has expired', async () => {
    const headers = cookie(gateway.token(user.id, { exp: 1 }), '; natter_refresh=r5');
    expect(await call('POST', 'logout', { ...headers, ...own })).toMatchObject({ status: 204 });
    expect(gateway.services.of(logout).at(-1)).toEqual({ refresh_token: 'r5' });
  });

  it('of a bot is by its header, or by the refresh token in the body', async () => {
    expect((await call('POST', 'logout', bearer(gateway.token(user.id, { session })))).status).toBe(204);
    expect((await call('POST', 'logout', bearer('expired'), { refresh_token: 'r7' })).status).toBe(204);
    expect(gateway.services.of(logout).at(-1)).toEqual({ refresh_token: 'r7' });
  });

  it('of nobody is 401', async () => {
    expect(await call('POST', 'logout')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
  });
});

describe('sessions', () => {
  const other = randomUUID();
  const connection = { id: 'c1', user: user.id, session, gateway: 'ws-1', since: '2026-01-01T00:00:00.000Z' };

  it('are listed with their sockets, the asking one marked', async () => {
    gateway.services.answer(listSessions, () => ({ items: [{ id: session }, { id: other }], next: 'n' }));
    gateway.services.answer(listConnections, () => ({ items: [connection, { ...connection, id: 'c2', room: 'r' }] }));
    const { body } = await call('GET', 'sessions', bearer(gateway.token(user.id, { session })));
    const { user: _user, session: _session, ...shown } = connection;
    expect(body).toEqual({
      items: [
        { id: session, current: true, connections: [shown, { ...shown, id: 'c2', room: 'r' }] },
        { id: other, current: false, connections: [] },
      ],
      next: 'n',
    });
  });

  it('are listed page by page', async () => {
    const headers = bearer(gateway.token(user.id, { session }));
    expect((await call('GET', 'sessions?limit=2&cursor=n', headers)).status).toBe(200);
    expect(gateway.services.of(listSessions).at(-1)).toEqual({ actor: user.id, session, limit: 2, cursor: 'n' });
    for (const query of ['limit=0', 'limit=abc', 'limit=101'])
      expect(await call('GET', `sessions?${query}`, headers)).toMatchObject({ status: 422, body: { code: 'invalid' } });
  });

  it('are listed without sockets while the session-service is away', async () => {
    gateway.services.away(listConnections);
    const { status, body } = await call('GET', 'sessions', bearer(gateway.token(user.id, { session })));
    expect([status, body]).toMatchObject([200, { items: [{ connections: [] }, { connections: [] }] }]);
  });

  it('are ended by their id, which must be one', async () => {
    const headers = bearer(gateway.token(user.id, { session }));
    expect((await call('DELETE', `sessions/${other}`, headers)).status).toBe(204);
    expect(gateway.services.of(endSession).at(-1)).toEqual({ actor: user.id, session, target: other });
    expect((await call('DELETE', 'sessions/x', headers)).status).toBe(404);
    expect((await call('DELETE', 'sessions', headers)).status).toBe(204);
  });

  it('of a changed password are the auth-service’s business', async () => {
    const headers = bearer(gateway.token(user.id, { session }));
    expect((await call('POST', 'password', headers, { old: 'x', new: 'long enough' })).status).toBe(204);
    expect(gateway.services.of(changePassword).at(-1)).toMatchObject({
      actor: user.id,
      session,
      old: 'x',
      new: 'long enough',
    });
  });
});
