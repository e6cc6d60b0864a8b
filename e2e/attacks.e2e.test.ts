// Attacks on the doors: origins that only look like ours, tokens that are none, tickets and refresh tokens used twice, accounts that must
// not be found out. Every one is tried on every kind of door.
import type { JsonWebKey } from 'node:crypto';
import { afterAll, describe, expect, it } from 'vitest';
import { foreignOrigins } from './attacks/foreign-origins.js';
import { forgeTokens } from './attacks/forged-tokens.js';
import type { Problem } from './harness/api.js';
import { BrowserApi } from './harness/cookie-jar.js';
import { freshName, Person, type Tokens } from './harness/person.js';
import { type OpenOptions, RawSocket, UpgradeRefused } from './harness/raw-socket.js';
import { useSystem } from './harness/use-system.js';

const natter = await useSystem();
const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
const room = await ann.createRoom();
const jar = new BrowserApi(natter.url);
await jar.post('/api/auth/login', { login: ann.username, password: ann.password });
const opened: RawSocket[] = [];
afterAll(() => opened.forEach((socket) => socket.close()));

/** Doors for sockets: the whole protocol at both gateways and behind the front, and one room. */
const doors = {
  'ws-1': natter.socketUrl(0),
  'ws-2': natter.socketUrl(1),
  front: natter.frontUrl,
  'one room': `${natter.socketUrl(0)}/${room.name}`,
  'one room in front': `${natter.frontUrl}/chat/${room.id}`,
};

interface Refused {
  status: number;
  code: string | undefined;
}

const upgrade = (url: string, options: OpenOptions): Promise<Refused> =>
  RawSocket.open(url, options).then(
    (socket) => {
      opened.push(socket);
      return { status: 101, code: undefined };
    },
    (error: unknown) => {
      if (!(error instanceof UpgradeRefused)) throw error;
      const code = error.body.startsWith('{') ? (JSON.parse(error.body) as Problem).code : undefined;
      return { status: error.status, code };
    },
  );
const asked = async (
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Refused> => {
  const answer = await natter.api.call<Problem | null>(method, path, { headers, ...(body && { body }) });
  return { status: answer.status, code: answer.body?.code };
};

describe('a page of another origin', () => {
  const own = new URL(natter.url).origin;
  const foreign = foreignOrigins(own).map((origin) => [origin.slice(0, 60), origin] as const);

  it('is tried in thirty ways and more', () => {
    expect(new Set(foreignOrigins(own)).size).toBeGreaterThanOrEqual(30);
    expect(foreignOrigins(own)).not.toContain(own);
  });

  it.each(foreign)('«%s» reads and writes nothing', async (_, origin) => {
    const cookie = jar.header;
    const bearer = { origin, authorization: `Bearer ${ann.token}` };
    const refused = { status: 403, code: 'origin' };
    expect(await asked('GET', '/api/auth/me', bearer)).toEqual(refused);
    expect(await asked('GET', '/api/auth/me', { origin, cookie })).toEqual(refused);
    expect(
      await asked('POST', '/api/rooms', { origin, cookie, 'x-natter': '1' }, { name: freshName('stolen') }),
    ).toEqual(refused);
    expect(await asked('POST', '/api/auth/login', { origin }, { login: ann.username, password: ann.password })).toEqual(
      refused,
    );
    expect((await asked('OPTIONS', '/api/rooms', { origin, 'access-control-request-method': 'POST' })).status).toBe(
      403,
    );
  });

  // An empty one is not sent by the client that opens sockets here.
  it.each(foreign.filter(([, origin]) => origin !== ''))('«%s» opens no socket', async (_, origin) => {
    for (const url of Object.values(doors)) {
      expect(await upgrade(url, { origin, cookie: jar.header })).toEqual({ status: 403, code: 'origin' });
      expect(await upgrade(url, { origin, token: ann.token })).toEqual({ status: 403, code: 'origin' });
    }
  });

  it('is the only thing that was wrong: the own origin opens every door', async () => {
    for (const url of Object.values(doors)) {
      expect((await upgrade(url, { origin: own, cookie: jar.header })).status).toBe(101);
      expect((await upgrade(url, { cookie: jar.header })).status).toBe(403);
    }
    expect((await asked('GET', '/api/auth/me', { origin: own, cookie: jar.header })).status).toBe(200);
  });
});

describe('a page that lets a browser send its cookies', () => {
  const cookie = () => ({ cookie: jar.header });
  const writes = [
    ['POST', '/api/rooms'],
    ['PATCH', `/api/rooms/${room.id}`],
    ['DELETE', `/api/rooms/${room.id}`],
    ['POST', `/api/rooms/${room.id}/join`],
    ['POST', `/api/rooms/${room.id}/leave`],
    ['POST', `/api/rooms/${room.id}/messages`],
    ['POST', '/api/auth/password'],
    ['POST', '/api/auth/ws-ticket'],
    ['POST', '/api/auth/refresh'],
    ['POST', '/api/auth/logout'],
    ['DELETE', '/api/auth/sessions'],
    ['POST', '/api/notifications/ack'],
    ['POST', '/api/push/subscriptions'],
    ['DELETE', '/api/push/subscriptions'],
  ] as const;

  it.each(writes)('cannot %s %s', async (method, path) => {
    for (const header of [{}, { 'x-natter': '' }, { 'x-natter': '0' }, { 'x-natter': 'true' }, { 'x-natter': '1, 1' }])
      expect(await asked(method, path, { ...cookie(), ...header }, {})).toEqual({ status: 403, code: 'csrf' });
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'text/json', ''])(
    'cannot pass a form of type «%s» off as JSON',
    async (type) => {
      const { status, body } = await natter.api.call<Problem>('POST', '/api/rooms', {
        headers: { ...cookie(), 'x-natter': '1', 'content-type': type },
        rawBody: JSON.stringify({ name: freshName('form') }),
      });
      expect([status, body.code]).toEqual([415, 'media_type']);
    },
  );

  it('cannot turn a GET into a write', async () => {
    for (const name of ['x-http-method-override', 'x-method-override', 'x-http-method'])
      await asked('GET', `/api/rooms/${room.id}`, { ...cookie(), [name]: 'DELETE' });
    await asked('GET', `/api/rooms/${room.id}?_method=DELETE`, cookie());
    expect((await asked('GET', `/api/rooms/${room.id}`, cookie())).status).toBe(200);
  });

  it('is all that was wrong: with the header the session still stands', async () => {
    expect((await asked('POST', '/api/auth/ws-ticket', { ...cookie(), 'x-natter': '1' })).status).toBe(201);
  });
});

describe('a forged access token', async () => {
  const [row] = await natter.query<{ private_jwk: JsonWebKey; kid: string }>(
    'natter_auth',
    'SELECT kid, private_jwk FROM signing_keys ORDER BY created_at DESC LIMIT 1',
  );
  const ticket = await ann.api.post<{ ticket: string }>('/api/auth/ws-ticket');
  const { control, forged } = forgeTokens({
    good: ann.token,
    other: ben.token,
    privateJwk: { ...row?.private_jwk, kid: row?.kid ?? '' },
    refreshToken: ann.tokens.refresh_token,
    ticket: ticket.body.ticket,
  });
  const answers = async (token: string): Promise<number[]> => [
    (await natter.api.as(token).get('/api/auth/me')).status,
    (await asked('GET', '/api/rooms', { cookie: `natter_access=${token}` })).status,
    (await upgrade(doors['ws-1'], { token })).status,
    (await upgrade(doors.front, { cookie: `natter_access=${token}`, origin: natter.url })).status,
    (await upgrade(doors['one room'], { token })).status,
  ];

  it('is made as good ones are, and in forty ways and more', async () => {
    expect(await answers(control)).toEqual([200, 200, 101, 101, 101]);
    expect(forged.length).toBeGreaterThanOrEqual(40);
  });

  it.each(forged.map(({ name, token }) => [name, token] as const))('opens nothing: %s', async (_, token) => {
    expect(await answers(token)).toEqual([401, 401, 401, 401, 401]);
  });

  it('is no ticket either, nor is a token a refresh token', async () => {
    expect((await upgrade(doors['ws-1'], { ticket: ann.token })).status).toBe(401);
    const answer = await natter.api.post<Problem>('/api/auth/refresh', { refresh_token: ann.token });
    expect([answer.status, answer.body.code]).toEqual([401, 'session_revoked']);
  });
});

describe('what is good once', () => {
  it('a ticket opens one of many sockets that race over all gateways', async () => {
    const { body } = await ben.api.post<{ ticket: string }>('/api/auth/ws-ticket');
    const urls = [doors['ws-1'], doors['ws-2'], doors.front];
    const racers = Array.from({ length: 24 }, (_, n) => upgrade(urls[n % 3] ?? doors.front, { ticket: body.ticket }));
    const statuses = (await Promise.all(racers)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 101)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(23);
  });

  it('a refresh token that was stolen ends the session for thief and owner once it is used twice', async () => {
    const victim = await Person.register(natter, 'victim');
    const refresh = (token: string) => natter.api.post<Tokens & Problem>('/api/auth/refresh', { refresh_token: token });
    const first = await refresh(victim.tokens.refresh_token);
    await natter.query('natter_auth', `UPDATE refresh_tokens SET replaced_at = replaced_at - interval '11 seconds'`);
    expect((await refresh(victim.tokens.refresh_token)).body.code).toBe('session_revoked');
    expect((await refresh(first.body.refresh_token)).body.code).toBe('session_revoked');
    expect((await natter.api.as(first.body.access_token).get('/api/auth/me')).status).toBe(401);
  });
});

describe('whether an account exists', () => {
  const login = async (login: string): Promise<{ text: string; ms: number }> => {
    const startedMs = performance.now();
    const { status, text } = await natter.api.post('/api/auth/login', { login, password: 'certainly not this one' });
    expect(status).toBe(401);
    return { text: text.replace(/"request_id":"[^"]*"/, ''), ms: performance.now() - startedMs };
  };
  const median = (list: number[]): number => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;

  it('is not told by what a sign-in answers, nor by how long it takes', async () => {
    const people = await Person.several(natter, ['p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x'] as const);
    const [known, unknown]: [number[], number[]] = [[], []];
    const texts = new Set<string>();
    for (const person of people) {
      const [one, other] = [await login(person.username), await login(freshName('nobody'))];
      known.push(one.ms);
      unknown.push(other.ms);
      texts.add(one.text).add(other.text);
    }
    expect(texts.size).toBe(1);
    // Without a password to check, an answer would take a fifth of the time.
    expect(median(unknown) / median(known)).toBeGreaterThan(0.4);
  });
});
