// What every request gets, whoever answers it: names, problems, origins, rates, bodies.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { getJwks, login } from '@natter/contracts/auth';
import { createRoom, getRoom, listMyRooms } from '@natter/contracts/rooms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { originOfTests, startTestGateway, type TestGateway } from '../testing/test-gateway.js';

let gateway: TestGateway;
let bearer: Record<string, string>;

beforeAll(async () => {
  gateway = await startTestGateway();
  gateway.services.answer(listMyRooms, () => ({ items: [], next: null }));
  gateway.services.answer(createRoom, ({ name }) => ({ room: { id: randomUUID(), name } }));
  gateway.services.answer(login, () => ({
    user: {},
    access_token: 'a',
    refresh_token: 'r',
    expires_in: 1,
    refresh_expires_in: 1,
  }));
  bearer = { authorization: `Bearer ${gateway.token(randomUUID())}` };
});
afterAll(() => gateway.stop());

const call = async (method: string, path: string, init: RequestInit = {}) => {
  const response = await fetch(gateway.url + path, { method, ...init });
  const text = await response.text();
  const problem = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, text, problem };
};
const post = (body: string | Buffer, type: string | undefined = 'application/json') =>
  call('POST', '/api/rooms', { body, headers: type === '' ? bearer : { ...bearer, 'content-type': type } });
const codeOf = async (answer: Promise<{ status: number; problem: Record<string, unknown> }>) => {
  const { status, problem } = await answer;
  return [status, problem['code']];
};

describe('a request', () => {
  it('is known by the id it came with, here, in the answer and in the services', async () => {
    const headers = { ...bearer, 'x-request-id': 'trace-7' };
    expect((await call('GET', '/api/rooms', { headers })).headers.get('x-request-id')).toBe('trace-7');
    expect(gateway.services.lastRequestId(listMyRooms)).toBe('trace-7');
    expect((await call('GET', '/api/nope', { headers })).problem['request_id']).toBe('trace-7');
  });

  it('gets an id when it has none that is sane', async () => {
    const { headers, problem } = await call('GET', '/api/nope', { headers: { 'x-request-id': 'a b' } });
    expect(problem['request_id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get('x-request-id')).toBe(problem['request_id']);
  });

  it('is not to be kept by anybody on the way', async () => {
    expect((await call('GET', '/api/rooms', { headers: bearer })).headers.get('cache-control')).toBe('no-store');
    expect((await call('GET', '/api/auth/jwks')).headers.get('cache-control')).toBe('public, max-age=60');
  });
});

describe('a path', () => {
  it('nobody knows is 404 under /api, by any method', async () => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PROPFIND'])
      for (const path of [
        '/api',
        '/api/',
        '/api/nope',
        '/api/rooms/',
        '/api/rooms/a/b/c',
        '/api/rooms//messages',
        '/%61pi/nope',
      ])
        expect(await codeOf(call(method, path)), `${method} ${path}`).toEqual([404, 'not_found']);
  });

  it('that is known by other methods is 405 and says by which', async () => {
    const { status, problem, headers } = await call('DELETE', '/api/rooms', { headers: bearer });
    expect([status, problem['code'], headers.get('allow')]).toEqual([405, 'method', 'GET, HEAD, OPTIONS, POST']);
    expect((await call('POST', '/api/rooms/x/events')).headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect(await codeOf(call('PROPFIND', '/api/rooms'))).toEqual([405, 'method']);
    expect(await codeOf(call('POST', '/healthz'))).toEqual([405, 'method']);
    expect(await codeOf(call('POST', '/login'))).toEqual([405, 'method']);
  });

  it('that cannot be decoded is 400, one that can name nothing is 404', async () => {
    for (const path of ['/api/%', '/%61pi/%zz', '/api/rooms/%', '/api/rooms/%ff', '/api/rooms/%c0%80'])
      expect((await call('GET', path, { headers: bearer })).problem, path).toMatchObject({
        status: 400,
        code: 'bad_request',
        detail: 'the path is not percent-encoded UTF-8',
      });
    for (const path of ['%00', 'a', 'a.b', '..%2f..', '%F0%9F%91%8D', 'x'.repeat(500)])
      expect(await codeOf(call('GET', `/api/rooms/${path}`, { headers: bearer })), path).toEqual([404, 'not_found']);
    expect(gateway.services.of(getRoom)).toEqual([]);
  });

  it('whose query cannot be decoded is 422, naming the parameter', async () => {
    for (const query of ['q=%E0%A4%A', 'limit=1&q=%ed%a0%80', 'q=%ff']) {
      const { status, problem } = await call('GET', `/api/search/rooms?${query}`, { headers: bearer });
      expect([status, problem['code'], problem['errors']], query).toEqual([
        422,
        'invalid',
        [{ field: 'q', code: 'invalid' }],
      ]);
    }
  });

  it('of a socket asked for as a page says to upgrade', async () => {
    for (const path of ['/ws', '/ws/general', '/ws/chat/general']) {
      const { status, headers } = await call('GET', path);
      expect([status, headers.get('upgrade'), headers.get('content-type')]).toEqual([
        426,
        'websocket',
        'application/problem+json; charset=utf-8',
      ]);
    }
  });

  it('can be asked for its head', async () => {
    const { status, text } = await call('HEAD', '/api/rooms', { headers: bearer });
    expect([status, text]).toEqual([200, '']);
  });

  it('says by OPTIONS what it knows', async () => {
    const { status, headers } = await call('OPTIONS', '/api/rooms');
    expect([status, headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
  });
});

describe('a body', () => {
  it('that is no JSON object, or nested too deep, is a bad request', async () => {
    for (const body of ['{"name":', '[]', '"x"', '1', 'null', `{"a":${'['.repeat(16)}${']'.repeat(16)}}`, '{}'])
      expect(await codeOf(post(body)), body).toEqual([400, 'bad_request']);
    expect(await codeOf(post(Buffer.from('{"name":"\xff\xff"}', 'latin1')))).toEqual([400, 'bad_request']);
  });

  it('of another type, or of none, is 415', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'nonsense',
    ])
      expect(await codeOf(post('{"name":"fine"}', type)), type).toEqual([415, 'media_type']);
    expect(await codeOf(post(Buffer.from('{"name":"fine"}'), ''))).toEqual([415, 'media_type']);
    const join = call('POST', '/api/rooms/general/join', {
      headers: { ...bearer, 'content-type': 'text/plain' },
      body: 'x',
    });
    expect(await codeOf(join)).toEqual([415, 'media_type']);
  });

  it('that is compressed is 415', async () => {
    const zipped = (body: string | Buffer, encoding: string) =>
      call('POST', '/api/rooms', {
        body,
        headers: { ...bearer, 'content-type': 'application/json', 'content-encoding': encoding },
      });
    expect(await codeOf(zipped('{"name":"fine"}', 'gzip'))).toEqual([415, 'media_type']);
    expect(await codeOf(zipped(gzipSync('{"name":"fine"}'), 'gzip'))).toEqual([415, 'media_type']);
    expect((await zipped('{"name":"fine"}', 'identity')).status).toBe(201);
  });

  it('above 256 KiB is 413, one of 256 KiB is read', async () => {
    const sized = (bytes: number) => `{"name":"fine-room","colour":"${'x'.repeat(bytes - 32)}"}`;
    expect((await post(sized(262_144))).status).toBe(201);
    expect(await codeOf(post(sized(262_145)))).toEqual([413, 'too_large']);
    expect(await codeOf(post(sized(3_000_000)))).toEqual([413, 'too_large']);
  });

  it('with a value that is not allowed names the field', async () => {
    const { status, problem } = await post('{"name":"fine","visibility":"secret"}');
    expect([status, problem['code'], problem['errors']]).toEqual([
      422,
      'invalid',
      [{ field: 'visibility', code: 'invalid' }],
    ]);
    expect(problem['detail']).toBe('visibility: one of public, private');
  });

  it('with keys that mean something to the language harms nothing', async () => {
    expect(
      (await post('{"name":"fine","__proto__":{"visibility":"private"},"constructor":{"prototype":1}}')).status,
    ).toBe(201);
    expect(gateway.services.of(createRoom).at(-1)).toMatchObject({ name: 'fine', visibility: 'public' });
  });

  it('is not looked at before it is known who asks', async () => {
    expect(
      await codeOf(call('POST', '/api/rooms', { body: '{"name":', headers: { 'content-type': 'text/plain' } })),
    ).toEqual([401, 'unauthenticated']);
  });
});

describe('a page of another origin', () => {
  it('is refused under /api and /ws, for reading too', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      `${originOfTests}.evil.example`,
      `${originOfTests}:81`,
      'chat.test',
      '',
    ])
      for (const [method, path] of [
        ['GET', '/api/auth/jwks'],
        ['GET', '/%61pi/auth/jwks'],
        ['POST', '/api/nope'],
        ['OPTIONS', '/api/rooms'],
        ['GET', '/ws'],
      ] as const) {
        const { status, problem, headers } = await call(method, path, {
          headers: { origin, 'access-control-request-method': 'GET' },
        });
        expect(
          [status, problem['code'], headers.get('access-control-allow-origin')],
          `${origin} ${method} ${path}`,
        ).toEqual([403, 'origin', null]);
      }
  });

  it('that is allowed is named in the answer, with credentials', async () => {
    for (const path of ['/api/auth/jwks', '/api/rooms', '/api/nope']) {
      const { headers } = await call('GET', path, { headers: { origin: originOfTests } });
      expect(headers.get('access-control-allow-origin')).toBe(originOfTests);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('vary')).toContain('Origin');
    }
    expect((await call('GET', '/api/auth/jwks')).headers.get('vary')).toContain('Origin');
  });

  it('may ask beforehand', async () => {
    const { status, headers, text } = await call('OPTIONS', '/api/rooms/general', {
      headers: {
        origin: originOfTests,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'x-natter',
      },
    });
    expect([status, text]).toEqual([204, '']);
    expect(headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(headers.get('access-control-allow-headers')).toContain('X-Natter');
  });

  it('may open the application itself', async () => {
    expect((await call('GET', '/healthz', { headers: { origin: 'https://evil.example' } })).status).toBe(200);
  });
});

describe('a service', () => {
  it('that is away is 503 with Retry-After, and everything works again when it is back', async () => {
    gateway.services.away(listMyRooms);
    const { status, problem, headers } = await call('GET', '/api/rooms', { headers: bearer });
    expect([status, problem['code'], headers.get('retry-after')]).toEqual([503, 'unavailable', '1']);
    gateway.services.answer(listMyRooms, () => ({ items: [], next: null }));
    expect((await call('GET', '/api/rooms', { headers: bearer })).status).toBe(200);
  });

  it('that fails is no 500, and says nothing of its inside', async () => {
    gateway.services.answer(getRoom, () => {
      throw Object.assign(new Error('password=secret'), { code: 'ECONNREFUSED' });
    });
    const { status, problem, text } = await call('GET', '/api/rooms/general', { headers: bearer });
    expect([status, problem['code']]).toEqual([503, 'unavailable']);
    expect(text).not.toContain('secret');
    gateway.services.away(getRoom);
  });

  it('keeps its keys where everybody can read them', async () => {
    const { status, text } = await call('GET', '/api/auth/jwks');
    expect([status, JSON.parse(text)]).toMatchObject([200, { keys: [{ kty: 'OKP', crv: 'Ed25519' }] }]);
    expect(gateway.services.of(getJwks).length).toBeGreaterThan(0);
  });
});
