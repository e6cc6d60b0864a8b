// Connections that do not keep to the rules, and the end of the gateway's life.
import { randomUUID } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { getRoom } from '@natter/contracts/rooms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { raw } from './testing/raw.js';
import { startTestGateway, type TestGateway } from './testing/test-gateway.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway.stop());

const say = async (text: string | Buffer): Promise<string> => {
  const client = await raw(gateway.port);
  client.send(text);
  await client.closed;
  return client.heard();
};

describe('a connection', () => {
  it('that does not speak HTTP gets a problem and is closed', async () => {
    const head = 'GET / HTTP/1.1\r\nHost: h\r\n';
    const cases = [
      'nonsense\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'GET / HTTP/9.9\r\n\r\n',
      `${head}a b: c\r\n\r\n`,
      `${head}Content-Length: x\r\n\r\n`,
      `${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
      `${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n`,
      `${head}X: a\0b\r\n\r\n`,
    ];
    for (const text of cases) {
      const answer = await say(text);
      expect(answer, text).toMatch(/^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"bad_request"/);
    }
  });

  it('with a head that is too large gets 413', async () => {
    expect(await say(`GET / HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 413 [\s\S]*"too_large"/,
    );
    expect(await say(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: h\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
  });

  it('with a body that breaks off or is not what it says harms nothing', async () => {
    const head = `POST /api/auth/login HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n`;
    expect(await say(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await say(`${head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*"login"/,
    );
    const client = await raw(gateway.port);
    client.send(`${head}Content-Length: 100\r\n\r\n{"login"`);
    client.socket.resetAndDestroy();
    expect(await say('GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('that asks for odd things gets an answer of ours', async () => {
    const ask = (first: string, more = ''): Promise<string> =>
      say(`${first} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${more}\r\n`);
    expect(await ask('OPTIONS *')).toMatch(/^HTTP\/1\.1 (204|404) /);
    expect(await ask('GET http://evil.example/api/nope')).toMatch(/^HTTP\/1\.1 404 [\s\S]*not_found/);
    expect(await ask('GET http://evil.example/api/auth/jwks')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask('GET //evil.example/%5c')).toMatch(/^HTTP\/1\.1 503 [\s\S]*has not been built/);
    expect(await ask('TRACE /api/rooms')).toMatch(/^HTTP\/1\.1 405 /);
    expect(await ask('GET /api/auth/jwks', 'Expect: a-miracle\r\n')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask('GET /api/auth/jwks', 'Origin: http://chat.test\r\nOrigin: https://evil.example\r\n')).toMatch(
      /^HTTP\/1\.1 403 /,
    );
    expect(await say('GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [\s\S]*Host/);
    expect(await say('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await say('CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n')).not.toMatch(/ 5\d\d /);
  });

  it('that asks for several things at once gets them in order', async () => {
    const ask = (path: string, end = ''): string => `GET ${path} HTTP/1.1\r\nHost: h\r\n${end}\r\n`;
    const heard = await say(ask('/healthz') + ask('/api/nope') + ask('/healthz', 'Connection: close\r\n'));
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
  });
});

describe('a gateway that stops', () => {
  it('answers what is under way, takes nothing new, and lets go of the sockets it passed on', async () => {
    const passed: Socket[] = [];
    const upstream = createServer((socket) => {
      passed.push(socket.on('error', () => {}));
      socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const { port } = upstream.address() as { port: number };
    const stopping = await startTestGateway({ WS_UPSTREAMS: `127.0.0.1:${port}` });
    let release = (): void => {};
    stopping.services.answer(getRoom, () => new Promise((resolve) => (release = () => resolve({ room: { id: 'r' } }))));

    const socket = await raw(stopping.port);
    socket.send('GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    await socket.until(/101/);
    const idle = await raw(stopping.port);
    const headers = { authorization: `Bearer ${stopping.token(randomUUID())}` };
    const underWay = fetch(`${stopping.url}/api/rooms/general`, { headers });
    await expect.poll(() => stopping.services.of(getRoom).length).toBe(1);

    const stopped = stopping.stopGateway();
    await expect
      .poll(() =>
        fetch(`${stopping.url}/healthz`).then(
          () => 'answered',
          () => 'refused',
        ),
      )
      .toBe('refused');
    expect(socket.socket.closed).toBe(false);
    release();
    expect(await (await underWay).json()).toEqual({ room: { id: 'r' } });
    await stopped;
    await Promise.all([socket.closed, idle.closed]);
    for (const one of passed) one.destroy();
    upstream.close();
    await stopping.stop();
  });
});
