import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { connect } from 'node:net';
import { getQueuedBytes } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestClient, until } from './testing/client.js';
import { openStage, type Stage } from './testing/stage.js';

let stage: Stage;
let url: string;
const origin = 'https://chat.example.org';

beforeAll(async () => {
  stage = await openStage();
  ({ url } = await stage.gateway({ NATTER_ORIGINS: `${origin},http://localhost:8080` }));
});
afterAll(() => stage.stop());

/** What a bare connection hears until it ends. */
const heard = (text: string): Promise<string> =>
  new Promise((resolve) => {
    let all = '';
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    socket.on('data', (chunk) => (all += String(chunk)));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(all));
  });
const token = () => stage.services.token(randomUUID());
const refusal = (address: string, bearer?: string, options = {}) =>
  TestClient.open(address, bearer, options).then(
    () => 'let in',
    (error: { status: number; body: string }) => [error.status, JSON.parse(error.body).code],
  );

describe('the door', () => {
  it('lets in with a token, with and without the subprotocol', async () => {
    expect((await TestClient.open(url, token())).ws.protocol).toBe('');
    const spoken = await TestClient.open(url, token(), { protocols: ['other', 'natter.v1'] });
    expect(spoken.ws.protocol).toBe('natter.v1');
    expect(spoken.ws.extensions).toBe('');
  });

  it('lets in with a ticket, once', async () => {
    stage.services.tickets.set('t1', { user: randomUUID(), session: randomUUID() });
    expect(await refusal(`${url}?ticket=t1`)).toBe('let in');
    expect(await refusal(`${url}?ticket=t1`)).toEqual([401, 'unauthenticated']);
  });

  it('lets in with a cookie only from an allowed origin', async () => {
    const cookie = `a=b; __Host-natter_access=${token()}`;
    expect(await refusal(url, undefined, { headers: { cookie, origin } })).toBe('let in');
    expect(await refusal(url, undefined, { headers: { cookie } })).toEqual([403, 'origin']);
    expect(await refusal(url, undefined, { headers: { cookie, origin: 'https://evil.example' } })).toEqual([
      403,
      'origin',
    ]);
    expect(await refusal(url, undefined, { headers: { cookie: `natter_access=${token()}`, origin } })).toEqual([
      401,
      'unauthenticated',
    ]);
  });

  it('refuses a strange origin even with a token', async () => {
    expect(await refusal(url, token(), { headers: { origin: 'null' } })).toEqual([403, 'origin']);
    expect(await refusal(url, token(), { headers: { origin } })).toBe('let in');
  });

  it('refuses who cannot prove who they are, and believes the header first', async () => {
    expect(await refusal(url)).toEqual([401, 'unauthenticated']);
    expect(await refusal(url, 'nonsense')).toEqual([401, 'unauthenticated']);
    stage.services.tickets.set('t2', { user: randomUUID(), session: randomUUID() });
    expect(await refusal(`${url}?ticket=t2`, 'nonsense')).toEqual([401, 'unauthenticated']);
  });

  it('refuses other subprotocols with 426', async () => {
    expect(await refusal(url, token(), { protocols: ['natter.v2'] })).toEqual([426, 'bad_request']);
  });

  it('refuses ended sessions and disabled accounts', async () => {
    const [user, session] = [randomUUID(), randomUUID()];
    const end = (event: object) => stage.nc.publish(subjects.sessionsEnded, JSON.stringify(event));
    end({ user, sessions: [session], reason: 'ended' });
    const disabled = 'd'.repeat(8);
    end({ user: disabled, sessions: [], reason: 'disabled' });
    end({ user: disabled, sessions: [session], reason: 'ended' });
    const client = await stage.client(url);
    await client.hello();
    expect(await refusal(url, stage.services.token(user, session))).toEqual([401, 'session_revoked']);
    expect(await refusal(url, stage.services.token(disabled, session))).toEqual([403, 'forbidden']);
  });

  it('lets in again whom it hears to be enabled, at once', async () => {
    const user = randomUUID();
    const enabled = { id: user, username: 'ann', display_name: 'Ann', avatar: null, permissions: [] };
    stage.nc.publish(subjects.sessionsEnded, JSON.stringify({ user, sessions: [], reason: 'disabled' }));
    const answers = (answer: string) =>
      until(answer, async () => String(await refusal(url, stage.services.token(user))) === answer);
    await answers('403,forbidden');
    stage.nc.publish(subjects.userChanged, JSON.stringify({ user: enabled, disabled: false, version: 3 }));
    await answers('let in');
  });

  it.each(['/', '/wss', '/ws/a/b/c', '/ws/%ff', '/ws/UPPER CASE', '/ws/x', '//'])(
    'knows no socket at %s',
    async (path) => {
      expect(await refusal(url.replace(/\/ws$/, path), token())).toEqual([404, 'not_found']);
    },
  );

  it('answers requests that want no socket', async () => {
    const status = (path: string) =>
      fetch(`${url.replace('ws:', 'http:').replace(/\/ws$/, path)}`).then(({ status }) => status);
    expect([await status('/ws'), await status('/ws/room'), await status('/'), await status('/metrics')]).toEqual([
      426, 426, 404, 404,
    ]);
  });

  it('survives a request line that is no URL', async () => {
    const { port } = new URL(url);
    const status = await new Promise((resolve) => {
      request({ port, path: '//' }, (response) => resolve(response.statusCode)).end();
    });
    expect(status).toBe(404);
  });

  it('answers what is no request in the shape of all its answers, and by the id it came with', async () => {
    const answer = async (text: string): Promise<[status: string | undefined, code: unknown, ids: number]> => {
      const [head = '', body = ''] = (await heard(text)).split('\r\n\r\n');
      const { code, request_id: id } = JSON.parse(body) as Record<string, unknown>;
      return [/^HTTP\/1\.1 (\d+)/.exec(head)?.[1], code, head.split(`x-request-id: ${String(id)}`).length - 1];
    };
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n';
    const bad = [
      'nonsense\r\n\r\n',
      'GET /ws HTTP/1.1\r\n\r\n',
      `GET /ws HTTP/1.1\r\n${upgrade}\r\n`,
      `GET /ws HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer ${token()}\r\n${upgrade}\r\n`,
    ];
    for (const text of bad) expect(await answer(text)).toEqual(['400', 'bad_request', 1]);
    expect(await answer(`GET /ws HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toEqual(['413', 'too_large', 1]);
    expect(await answer('GET /ws HTTP/1.1\r\nHost: h\r\nExpect: much\r\n\r\n')).toEqual(['426', 'bad_request', 1]);
    expect(await heard('GET /ws HTTP/1.1\r\nHost: h\r\nX-Request-Id: trace-7\r\n\r\n')).toContain('"trace-7"');
  });

  it('closes what does not say hello', async () => {
    const client = await TestClient.open(url, token());
    expect(await new Promise((resolve) => client.ws.once('close', resolve))).toBe(4400);
    expect(client.frames).toMatchObject([{ type: 'bye', code: 4400 }]);
  });
});

describe('an open socket', () => {
  it('is closed with 4401 when its session ends, and others of the user are not', async () => {
    const [user, session] = [randomUUID(), randomUUID()];
    const [one, two] = [await stage.client(url, user, session), await stage.client(url, user)];
    await one.hello();
    await two.hello();
    stage.nc.publish(subjects.sessionsEnded, JSON.stringify({ user, sessions: [session], reason: 'ended' }));
    expect(await one.ended()).toMatchObject({ code: 4401 });
    expect(one.frames.at(-1)).toMatchObject({ type: 'bye', code: 4401, reconnect: false });
    expect(two.closed).toBeUndefined();
    stage.nc.publish(subjects.sessionsEnded, JSON.stringify({ user, sessions: [], reason: 'disabled' }));
    expect(await two.ended()).toMatchObject({ code: 4403 });
  });

  it('of an account that is found disabled is closed with 4403', async () => {
    const client = await stage.client(url);
    stage.services.disabled.add(client.user);
    client.send({ type: 'hello' });
    expect(await client.ended()).toMatchObject({ code: 4403 });
  });

  it('is told when its account changes', async () => {
    const client = await stage.client(url);
    await client.hello();
    const user = { id: client.user, username: 'new', display_name: 'New', avatar: null, permissions: ['create_room'] };
    const change = (version: number, more: object = {}) =>
      stage.nc.publish(subjects.userChanged, JSON.stringify({ user: { ...user, ...more }, disabled: false, version }));
    change(3);
    // An older one that comes late, and the same once more, change nothing.
    change(2, { permissions: [] });
    change(3);
    change(4, { display_name: 'Newer' });
    const told = () => client.frames.filter(({ type }) => type === 'user');
    await until('two are told', () => told().length > 1);
    expect(told()).toEqual([
      { type: 'user', user },
      { type: 'user', user: { ...user, display_name: 'Newer' } },
    ]);
  });

  it('is told, or closed, when the event was lost, by asking what has changed', async () => {
    const [told, closed] = [await stage.client(url), await stage.client(url)];
    await told.hello();
    await closed.hello();
    stage.services.change(told.user, { permissions: ['send_files'] });
    stage.services.change(closed.user, { disabled: true });
    expect(await told.next('user')).toMatchObject({ user: { id: told.user, permissions: ['send_files'] } });
    expect(await closed.ended()).toMatchObject({ code: 4403 });
  });

  it('has its waiting bytes told to whoever asks its gateway', async () => {
    const client = await stage.client(url);
    const connection = String((await client.hello())['connection']);
    const call = getQueuedBytes('ws-1');
    const request = JSON.stringify({ pattern: '', id: '1', data: { connections: [connection, 'elsewhere'] } });
    const answer = (await stage.nc.request(call.subject, request)).json<{ response: unknown }>();
    expect(answer.response).toEqual({ queued: { [connection]: 0 } });
    const bad = (await stage.nc.request(call.subject, JSON.stringify({ data: {}, id: '2' }))).json<{ err: unknown }>();
    expect(bad.err).toMatchObject({ code: 'bad_request' });
  });
});
