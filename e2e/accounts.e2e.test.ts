// Accounts and tokens: registering, signing in by cookie and by token, and everything that must not get in.
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import type { Account } from '@natter/contracts/auth';
import { describe, expect, it } from 'vitest';
import type { Problem } from './harness/api.js';
import { BrowserApi } from './harness/cookie-jar.js';
import { freshName, Person, type Tokens } from './harness/person.js';
import { RawSocket, UpgradeRefused } from './harness/raw-socket.js';
import { useSystem } from './harness/use-system.js';

const natter = await useSystem();
const ann = await Person.register(natter, 'ann');

const browser = (): BrowserApi => new BrowserApi(natter.url);
const signedIn = async (): Promise<BrowserApi> => {
  const api = browser();
  await api.post('/api/auth/login', { login: ann.username, password: ann.password });
  return api;
};
const upgradeStatus = (options: Parameters<typeof RawSocket.open>[1]): Promise<number> =>
  RawSocket.open(natter.frontUrl, options).then(
    (socket) => {
      socket.close();
      return 101;
    },
    (error: unknown) => (error instanceof UpgradeRefused ? error.status : Promise.reject(error)),
  );
/** An answer's code, and its text without what may differ between two requests. */
const sameBut = (text: string): string => text.replace(/"request_id":"[^"]*"/, '');

describe('registering', () => {
  it('makes an account that shows nothing secret', async () => {
    const username = freshName('New.User_');
    const body = { email: `${username}@example.org`, username, password: 'a long enough one' };
    const { status, body: answer, text } = await natter.api.post<{ user: Account }>('/api/auth/register', body);
    expect([status, answer.user.username]).toEqual([201, username]);
    expect(Object.keys(answer.user)).toEqual(expect.arrayContaining(['id', 'username', 'display_name', 'avatar']));
    expect(text).not.toMatch(/argon2|password/);
  });

  it('does not say whether it is the email or the username that is taken', async () => {
    const attempt = (email: string, username: string): Promise<{ status: number; text: string; body: Problem }> =>
      natter.api.post<Problem>('/api/auth/register', { email, username, password: 'a long enough one' });
    const byEmail = await attempt(ann.email.toUpperCase(), freshName('other'));
    const byName = await attempt(`${freshName('other')}@example.org`, ann.username.toUpperCase());
    expect([byEmail.status, byEmail.body.code]).toEqual([409, 'account_exists']);
    expect([byName.status, sameBut(byName.text)]).toEqual([409, sameBut(byEmail.text)]);
  });

  it.each([
    ['a common password', { password: 'password123' }, 'weak_password'],
    ['a short password', { password: 'x4$kQz!' }, 'weak_password'],
    ['no email', { email: 'nobody' }, 'invalid'],
    ['a username with a space', { username: 'two words' }, 'invalid'],
    ['a username of one letter', { username: 'x' }, 'invalid'],
  ])('refuses %s', async (_what, wrong, code) => {
    const name = freshName('refused');
    const right = { email: `${name}@example.org`, username: name, password: 'a long enough one' };
    const { status, body } = await natter.api.post<Problem>('/api/auth/register', { ...right, ...wrong });
    expect([status, body.code]).toEqual([422, code]);
  });

  it('takes any kind of password up to 128 characters and keeps it exactly', async () => {
    const username = freshName('exact');
    const password = ' пароль 🔑 '.padEnd(128, '~');
    const email = `${username}@example.org`;
    expect((await natter.api.post('/api/auth/register', { email, username, password })).status).toBe(201);
    const login = (given: string): Promise<{ status: number }> =>
      natter.api.post('/api/auth/login', { login: username, password: given });
    expect((await login(password)).status).toBe(200);
    expect((await login(password.trim())).status).toBe(401);
  });
});

describe('signing in', () => {
  it('works with username and with email, whatever their case', async () => {
    for (const login of [ann.username, ann.email, ann.username.toUpperCase(), ann.email.toUpperCase()]) {
      const { status, body } = await browser().post<{ user: Account }>('/api/auth/login', {
        login,
        password: ann.password,
      });
      expect([status, body.user.id]).toEqual([200, ann.id]);
    }
  });

  it('answers every wrong pair alike', async () => {
    const attempt = (login: string, password: string): Promise<{ status: number; text: string; body: Problem }> =>
      natter.api.post<Problem>('/api/auth/login', { login, password });
    const wrong = await attempt(ann.username, 'not the password');
    const nobody = await attempt(freshName('nobody'), 'not the password');
    expect([wrong.status, wrong.body.code]).toEqual([401, 'invalid_credentials']);
    expect([nobody.status, sameBut(nobody.text)]).toEqual([401, sameBut(wrong.text)]);
  });

  it('of a browser sets two cookies no script can read, and keeps the tokens out of the body', async () => {
    const api = browser();
    const { body } = await api.post<Tokens>('/api/auth/login', { login: ann.username, password: ann.password });
    expect([body.access_token, body.refresh_token]).toEqual([undefined, undefined]);
    expect(body.expires_in).toBeGreaterThan(0);
    const [access, refresh] = [api.find('natter_access'), api.find('natter_refresh')];
    expect([access?.path, refresh?.path]).toEqual(['/', '/api/auth']);
    for (const cookie of [access, refresh]) {
      const attributes = cookie?.attributes.map((attribute) => attribute.toLowerCase());
      expect(attributes).toEqual(expect.arrayContaining(['httponly', 'samesite=lax']));
    }
    const me = await api.get<{ user: Account }>('/api/auth/me');
    expect(me.body.user).toMatchObject({ id: ann.id, email: ann.email });
    expect(me.body.user.permissions.toSorted()).toEqual([
      'create_room',
      'invite_members',
      'remove_members',
      'send_files',
    ]);
  });

  it('of a bot gives both tokens and no cookie', async () => {
    const body = { login: ann.username, password: ann.password, token: true };
    const answer = await natter.api.post<Tokens>('/api/auth/login', body);
    expect(answer.headers.getSetCookie()).toEqual([]);
    const { body: me } = await natter.api.as(answer.body.access_token).get<{ user: Account }>('/api/auth/me');
    expect(me.user.id).toBe(ann.id);
  });

  it('gives an access token that anybody can check with the public keys', async () => {
    const [head = '', claims = '', signature = ''] = ann.token.split('.');
    const decoded = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString());
    const header = decoded(head) as { alg: string; typ: string; kid: string };
    expect(header).toMatchObject({ alg: 'EdDSA', typ: 'at+jwt' });
    const payload = decoded(claims) as { sub: string; iat: number; exp: number };
    expect(Object.keys(payload)).toEqual(expect.arrayContaining(['iss', 'aud', 'sub', 'sid', 'iat', 'exp', 'jti']));
    expect([payload.sub, payload.exp - payload.iat]).toEqual([ann.id, 900]);
    const { body } = await natter.api.get<{ keys: (JsonWebKey & { kid: string })[] }>('/api/auth/jwks');
    const key = body.keys.find(({ kid }) => kid === header.kid);
    expect([key?.kty, key?.d]).toEqual(['OKP', undefined]);
    const publicKey = createPublicKey({ key: key ?? {}, format: 'jwk' });
    const signed = Buffer.from(`${head}.${claims}`);
    expect(verify(null, signed, publicKey, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('with a header and a cookie means the header', async () => {
    const other = await Person.register(natter, 'other');
    const api = await signedIn();
    const headers = { authorization: `Bearer ${other.token}` };
    const { body } = await api.call<{ user: Account }>('GET', '/api/auth/me', { headers });
    expect(body.user.id).toBe(other.id);
    const wrong = await api.call('GET', '/api/auth/me', { headers: { authorization: 'Bearer nonsense' } });
    expect(wrong.status).toBe(401);
  });

  it('refuses tokens that were changed, unsigned or signed otherwise', async () => {
    const [head = '', claims = '', signature = ''] = ann.token.split('.');
    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const payload = JSON.parse(Buffer.from(claims, 'base64url').toString()) as object;
    const forged = [
      `${encode({ alg: 'none', typ: 'at+jwt' })}.${claims}.`,
      `${encode({ alg: 'HS256', typ: 'at+jwt' })}.${claims}.${signature}`,
      `${head}.${encode({ ...payload, sub: ann.id.replace(/./g, '0') })}.${signature}`,
      `${head}.${claims}.${signature.slice(0, -4)}AAAA`,
    ];
    for (const token of forged) {
      expect((await natter.api.as(token).get('/api/auth/me')).status).toBe(401);
      expect(await upgradeStatus({ token })).toBe(401);
    }
  });
});

describe('a browser', () => {
  it.each([
    ['POST', '/api/rooms'],
    ['POST', '/api/auth/refresh'],
    ['POST', '/api/auth/logout'],
    ['DELETE', '/api/auth/sessions'],
  ])('without the header X-Natter cannot %s %s', async (method, path) => {
    const api = await signedIn();
    const headers = { 'x-natter': '' };
    const { status, body } = await api.call<Problem>(method, path, { body: { name: freshName('room') }, headers });
    expect([status, body.code]).toEqual([403, 'csrf']);
    expect((await api.get('/api/auth/me')).status).toBe(200);
  });

  it('from a foreign origin is refused, from the own one it is not', async () => {
    const api = await signedIn();
    const from = (origin: string): Promise<{ status: number; body: Problem }> =>
      api.call<Problem>('GET', '/api/auth/me', { headers: { origin } });
    const foreign = await from('https://evil.example');
    expect([foreign.status, foreign.body.code]).toEqual([403, 'origin']);
    expect((await from(`${natter.url}.evil.example`)).status).toBe(403);
    expect((await from('null')).status).toBe(403);
    expect((await from(natter.url)).status).toBe(200);
  });

  it('opens a socket by cookie only from an allowed origin', async () => {
    const { header: cookie } = await signedIn();
    expect(await upgradeStatus({ cookie, origin: natter.url })).toBe(101);
    expect(await upgradeStatus({ cookie, origin: 'https://evil.example' })).toBe(403);
    expect(await upgradeStatus({ cookie })).toBe(403);
    expect(await upgradeStatus({})).toBe(401);
  });
});

describe('a wrong request', () => {
  const { api } = ann;

  it('is answered with a problem that names its code and the request', async () => {
    const { status, headers, body } = await api.get<Problem>('/api/nothing-like-this');
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ status: 404, code: 'not_found' });
    expect([status, typeof body.type, typeof body.title, typeof body.detail]).toEqual([
      404,
      'string',
      'string',
      'string',
    ]);
    expect(body.request_id).not.toBe('');
  });

  it('names the fields that are wrong', async () => {
    const { status, body } = await api.post<Problem>('/api/rooms', { name: 'fine-name', visibility: 'secret' });
    expect([status, body.code]).toEqual([422, 'invalid']);
    expect(body.errors?.map(({ field }) => field)).toEqual(['visibility']);
  });

  it('that is not JSON gets 400, as another media type 415, with another method 405, and too large 413', async () => {
    const call = async (method: string, rawBody: string, type = 'application/json'): Promise<[number, string]> => {
      const answer = await api.call<Problem>(method, '/api/rooms', { rawBody, headers: { 'content-type': type } });
      return [answer.status, answer.body.code];
    };
    expect(await call('POST', '{"name":')).toEqual([400, 'bad_request']);
    expect(await call('POST', '["a list"]')).toEqual([
      expect.toSatisfy((code) => code === 400 || code === 422),
      expect.any(String),
    ]);
    expect(await call('POST', 'name=x', 'application/x-www-form-urlencoded')).toEqual([415, 'media_type']);
    expect(await call('PUT', '{}')).toEqual([405, 'method']);
    expect(await call('POST', JSON.stringify({ name: 'x'.repeat(1_000_000) }))).toEqual([413, 'too_large']);
  });
});
