import { describe, expect, it } from 'vitest';
import { Rest } from './rest.js';
import { ManualClock } from './testing/manual-clock.js';

interface Reply {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

function rest(replies: Record<string, Reply[]>, auth: 'cookie' | 'bearer' = 'cookie') {
  const calls: { what: string; headers: Record<string, string>; body: unknown }[] = [];
  const clock = new ManualClock();
  let signedOut = 0;
  const api = new Rest({
    baseUrl: 'http://natter.test',
    auth,
    clock,
    random: () => 0.5,
    onSignedOut: () => (signedOut += 1),
    fetch: (async (
      url: string,
      init: { method: string; headers: Record<string, string>; body?: string | FormData },
    ) => {
      const what = `${init.method} ${url.replace('http://natter.test', '')}`;
      calls.push({
        what,
        headers: init.headers,
        body: typeof init.body === 'string' ? JSON.parse(init.body) : init.body,
      });
      const queue = replies[what] ?? [];
      const reply = queue.length > 1 ? queue.shift()! : queue[0];
      if (!reply) throw new TypeError('network');
      const text = reply.body === undefined ? null : JSON.stringify(reply.body);
      return new Response(reply.status === 204 ? null : text, { status: reply.status, headers: reply.headers ?? {} });
    }) as unknown as typeof fetch,
  });
  return { api, calls, clock, signedOut: () => signedOut, whats: () => calls.map((call) => call.what) };
}

const problem = (status: number, code: string, headers = {}): Reply => ({ status, body: { code, status }, headers });
const me: Reply = { status: 200, body: { user: { id: 'u', username: 'ada' } } };

describe('Rest', () => {
  it('sends a file as a form, with a key, and the same again when the server could not take it', async () => {
    const path = 'POST /api/rooms/general/files';
    const stored = { id: 'f', name: 'a.txt', size: 1, type: 'text/plain', sha256: 'x' };
    const { api, calls, clock } = rest({ [path]: [problem(503, 'unavailable'), { status: 201, body: stored }] });
    const sent = api.uploadFile('general', new Blob(['x']), 'a.txt');
    await clock.advance(5_000);
    expect(await sent).toEqual(stored);
    expect(calls).toHaveLength(2);
    expect(calls[0]?.headers['idempotency-key']).toBe(calls[1]?.headers['idempotency-key']);
    expect(calls[0]?.headers['content-type']).toBeUndefined();
    const form = calls[0]?.body as FormData | undefined;
    expect((form?.get('file') as File | undefined)?.name).toBe('a.txt');
  });

  it('gives an upload up when it is told to', async () => {
    const { api, calls } = rest({});
    const sent = api.uploadFile('general', new Blob(['x']), 'a.txt', {
      signal: AbortSignal.abort(new Error('changed my mind')),
    });
    await expect(sent).rejects.toThrow('changed my mind');
    expect(calls).toEqual([]);
  });

  it('renews the sign-in once, however many ask, and goes on', async () => {
    const { api, whats } = rest({
      'GET /api/auth/me': [problem(401, 'unauthenticated'), problem(401, 'unauthenticated'), me],
      'POST /api/auth/refresh': [{ status: 200, body: {} }],
    });
    const [one, two] = await Promise.all([api.account.me(), api.account.me()]);
    expect([one.username, two.username]).toEqual(['ada', 'ada']);
    expect(whats().filter((what) => what === 'POST /api/auth/refresh')).toHaveLength(1);
  });

  it('edits and deletes messages, and reads a thread', async () => {
    const path = '/api/rooms/general/messages';
    const { api, calls } = rest({
      [`PATCH ${path}/7`]: [{ status: 200, body: { seq: 7, body: 'new' } }],
      [`DELETE ${path}/7`]: [{ status: 204 }, problem(410, 'gone')],
      [`GET ${path}?thread=7`]: [{ status: 200, body: { items: [], last_seq: 9, more: false } }],
    });
    expect(await api.editMessage('general', 7, 'new')).toMatchObject({ seq: 7, body: 'new' });
    expect(calls[0]?.body).toMatchObject({ id: expect.any(String) as string, body: 'new' });
    await api.deleteMessage('general', 7);
    await expect(api.deleteMessage('general', 7)).rejects.toMatchObject({ code: 'gone', outcome: 'refused' });
    expect(await api.messages('general', { thread: 7 })).toMatchObject({ last_seq: 9 });
  });

  it('says when the session has ended', async () => {
    const { api, signedOut } = rest({
      'GET /api/auth/me': [problem(401, 'unauthenticated')],
      'POST /api/auth/refresh': [problem(401, 'session_revoked')],
    });
    await expect(api.account.me()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(signedOut()).toBe(1);
    expect(await api.account.checkAccess()).toBe('sign_in');
  });

  it('does not renew because a password was wrong', async () => {
    const { api, whats } = rest({
      'POST /api/auth/login': [problem(401, 'invalid_credentials')],
      'POST /api/auth/password': [problem(401, 'invalid_credentials')],
    });
    await expect(api.account.login('ada', 'x')).rejects.toMatchObject({ code: 'invalid_credentials' });
    await expect(api.account.changePassword('x', 'y')).rejects.toMatchObject({ code: 'invalid_credentials' });
    expect(whats()).toEqual(['POST /api/auth/login', 'POST /api/auth/password']);
  });

  it('repeats what is safe to repeat, after the time told', async () => {
    const { api, clock, whats } = rest({
      'GET /api/rooms/den': [
        problem(503, 'unavailable', { 'retry-after': '2' }),
        { status: 200, body: { room: { id: 'r' } } },
      ],
    });
    const room = api.room('den');
    await clock.advance(1_900);
    expect(whats()).toHaveLength(1);
    await clock.advance(1_000);
    expect(await room).toEqual({ id: 'r' });
  });

  it('does not repeat what is not', async () => {
    const { api, whats } = rest({ 'POST /api/rooms/den/join': [problem(503, 'unavailable')] });
    await expect(api.joinRoom('den')).rejects.toMatchObject({ code: 'unavailable' });
    expect(whats()).toHaveLength(1);
  });

  it('repeats a creation under one key', async () => {
    const { api, clock, calls } = rest({
      'POST /api/rooms': [problem(503, 'unavailable'), { status: 201, body: { room: { id: 'r' } } }],
    });
    const room = api.createRoom({ name: 'den' });
    await clock.advance(1_000);
    expect(await room).toEqual({ id: 'r' });
    expect(calls[0]!.headers['idempotency-key']).toBe(calls[1]!.headers['idempotency-key']);
  });

  it('lists all sessions, however many pages they are', async () => {
    const { api } = rest({
      'GET /api/auth/sessions?limit=100': [{ status: 200, body: { items: [{ id: 'a' }], next: 'c' } }],
      'GET /api/auth/sessions?limit=100&cursor=c': [{ status: 200, body: { items: [{ id: 'b' }], next: null } }],
    });
    expect((await api.account.sessions()).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it('marks what changes something, and holds no token by cookie', async () => {
    const { api, calls } = rest({ 'POST /api/auth/login': [me], 'GET /api/auth/me': [me] });
    await api.account.login('ada', 'x');
    await api.account.me();
    expect(calls.map(({ headers }) => headers['x-natter'])).toEqual(['1', undefined]);
    expect(calls[1]!.headers).not.toHaveProperty('authorization');
  });

  it('carries a token as bearer and renews it before it ends', async () => {
    const tokens = (n: number) => ({
      user: { id: 'u' },
      expires_in: 900,
      access_token: `a${n}`,
      refresh_token: `r${n}`,
    });
    const { api, calls, clock } = rest(
      {
        'POST /api/auth/login': [{ status: 200, body: tokens(1) }],
        'POST /api/auth/refresh': [{ status: 200, body: tokens(2) }],
        'GET /api/auth/me': [me],
      },
      'bearer',
    );
    await api.account.login('bot', 'x');
    await api.account.me();
    expect(calls[1]!.headers['authorization']).toBe('Bearer a1');
    await clock.advance(880_000);
    expect(await api.http.accessToken()).toBe('a2');
    expect(calls.at(-1)!.body).toEqual({ refresh_token: 'r1' });
  });

  it('tells an unreachable server from a silent one', async () => {
    await expect(rest({}).api.account.me()).rejects.toMatchObject({ code: 'unavailable' });
    const clock = new ManualClock();
    const silent = new Rest({
      baseUrl: '',
      auth: 'cookie',
      clock,
      fetch: ((_: string, { signal }: { signal: AbortSignal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))))) as never,
    });
    const me = silent.account.me().catch((error: { code: string }) => error.code);
    await clock.advance(10_000);
    expect(await me).toBe('timeout');
  });
});
