// What opens a socket under /ws, on its way through the gateway to bare servers that stand in for ws-gateways.
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Raw, raw } from '../testing/raw.js';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.js';

type Behaviour = (socket: Socket, head: string) => void;

/** A server that reads a head and then behaves. */
class Upstream {
  readonly heads: string[] = [];
  readonly sockets: Socket[] = [];
  behave: Behaviour = echo;
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.on('connection', (socket: Socket) => {
      this.sockets.push(socket);
      let text = '';
      const read = (chunk: Buffer): void => {
        text += chunk.toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        if (end < 0) return;
        socket.off('data', read);
        this.heads.push(text.slice(0, end));
        this.behave(socket, text.slice(0, end));
        const rest = text.slice(end + 4);
        if (rest !== '') socket.emit('data', Buffer.from(rest, 'latin1'));
      };
      socket.on('data', read).on('error', () => {});
    });
  }

  static async listen(port = 0): Promise<Upstream> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new Upstream(server, (server.address() as { port: number }).port);
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const switching = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const echo: Behaviour = (socket) => {
  socket.write(switching);
  socket.on('data', (chunk) => socket.write(`<${chunk.toString('latin1')}>`));
  socket.on('end', () => socket.end('bye'));
};
const refuse =
  (status: string): Behaviour =>
  (socket) =>
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno`);

let gateway: TestGateway;
let first: Upstream;
let second: Upstream;

beforeAll(async () => {
  [first, second] = await Promise.all([Upstream.listen(), Upstream.listen()]);
  gateway = await startTestGateway({ WS_UPSTREAMS: `127.0.0.1:${first.port},127.0.0.1:${second.port}` });
});
beforeEach(() => {
  for (const upstream of [first, second]) {
    upstream.behave = echo;
    upstream.heads.length = 0;
  }
});
afterAll(async () => {
  await gateway.stop();
  await Promise.all([first.close(), second.close()]);
});

const request = (path = '/ws', more = '', method = 'GET'): string =>
  `${method} ${path} HTTP/1.1\r\nHost: chat.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: a2V5\r\n${more}\r\n`;
const open = async (path?: string, more?: string): Promise<Raw> => {
  const client = await raw(gateway.port);
  client.send(request(path, more));
  return client;
};
const heads = (): string[] => [...first.heads, ...second.heads];

describe('a socket', () => {
  it('is passed on with its path, its query and its headers, and both sides hear each other', async () => {
    for (const path of ['/ws', '/ws?ticket=a%20b', '/ws/general?after=5', '/ws/chat/general']) {
      const client = await open(
        path,
        'Sec-WebSocket-Protocol: natter.v1\r\nCookie: natter_access=x\r\nOrigin: http://chat.test\r\n',
      );
      await client.until(/\r\n\r\n/);
      client.send('hello');
      expect(await client.until(/<hello>/)).toContain('101 Switching Protocols');
      expect(heads().at(-1)).toContain(`GET ${path} HTTP/1.1`);
      for (const header of [
        'Host: chat.test',
        'Sec-WebSocket-Key: a2V5',
        'Sec-WebSocket-Protocol: natter.v1',
        'Cookie: natter_access=x',
        'Origin: http://chat.test',
        'Upgrade: websocket',
      ])
        expect(heads().at(-1)).toContain(header);
      client.socket.destroy();
      first.heads.push(...second.heads.splice(0));
    }
  });

  it('comes from the address we saw, whatever it says itself', async () => {
    const client = await open('/ws', 'X-Forwarded-For: 1.1.1.1\r\nConnection: X-Forwarded-For\r\n');
    await client.until(/\r\n\r\n/);
    expect(heads()[0]?.match(/^x-forwarded-for:.*$/gim)).toEqual(['X-Forwarded-For: 127.0.0.1']);
    client.socket.destroy();
  });

  it('goes to each ws-gateway in turn', async () => {
    const clients = [await open(), await open(), await open(), await open()];
    for (const client of clients) await client.until(/101/);
    expect([first.heads.length, second.heads.length]).toEqual([2, 2]);
    for (const client of clients) client.socket.destroy();
  });

  it('keeps what came with the request', async () => {
    const client = await raw(gateway.port);
    client.send(`${request()}early`);
    expect(await client.until(/<early>/)).toContain('101');
    client.socket.destroy();
  });

  it('carries megabytes both ways, in order, however slowly they are read', async () => {
    const client = await open();
    await client.until(/\r\n\r\n/);
    client.socket.pause();
    const text = 'x'.repeat(4_000_000);
    client.send(text);
    client.send('END');
    await expect.poll(() => client.socket.writableLength === 0 || first.sockets.length > 0).toBe(true);
    client.socket.resume();
    await client.until(/END>/);
    expect(client.heard().split('x').length - 1).toBe(text.length);
    client.socket.destroy();
  });

  it('ends on both sides when one ends', async () => {
    const client = await open();
    await client.until(/\r\n\r\n/);
    client.socket.end();
    expect(await client.until(/bye/)).toContain('bye');
    await client.closed;
    const other = await open();
    await other.until(/\r\n\r\n/);
    for (const socket of [...first.sockets, ...second.sockets]) socket.resetAndDestroy();
    await other.closed;
  });

  it('that dies leaves nothing behind at the ws-gateway', async () => {
    const client = await open();
    await client.until(/\r\n\r\n/);
    client.socket.resetAndDestroy();
    await expect.poll(() => [...first.sockets, ...second.sockets].every((socket) => socket.destroyed)).toBe(true);
  });
});

describe('a ws-gateway', () => {
  it('that refuses is heard word for word, and nothing more goes to it', async () => {
    first.behave = second.behave = (socket) => {
      socket.write('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno');
      socket.on('data', (chunk) => first.heads.push(chunk.toString()));
      socket.on('end', () => socket.end());
    };
    const client = await open();
    await client.until(/no$/);
    client.send(request('/ws', 'X-Forwarded-For: 6.6.6.6\r\n'));
    await client.closed;
    expect(client.heard()).toBe('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno');
    expect(heads()).toHaveLength(1);
  });

  it('that is draining, closes at once or says nonsense is passed over for the other', async () => {
    const bad: Behaviour[] = [
      refuse('503 Service Unavailable'),
      (socket) => socket.destroy(),
      (socket) => socket.end('SSH-2.0-OpenSSH_9.6'),
    ];
    for (const behave of bad) {
      first.behave = behave;
      for (let n = 0; n < 3; n++) {
        const client = await open();
        expect(await client.until(/\r\n\r\n/)).toContain('101');
        client.socket.destroy();
      }
    }
  });

  it('that is gone is passed over; with none left the answer is 503', async () => {
    const { port } = first;
    await first.close();
    for (let n = 0; n < 3; n++) {
      const client = await open();
      expect(await client.until(/\r\n\r\n/)).toContain('101');
      client.socket.destroy();
    }
    second.behave = refuse('503 Service Unavailable');
    const client = await open();
    await client.closed;
    expect(client.heard()).toMatch(
      /^HTTP\/1\.1 503 [\s\S]*application\/problem\+json[\s\S]*retry-after: 1[\s\S]*"code":"unavailable"/,
    );
    first = await Upstream.listen(port);
  });

  it('that comes back while a client waits gets it', async () => {
    const ports = [first.port, second.port];
    await Promise.all([first.close(), second.close()]);
    const clients = await Promise.all(Array.from({ length: 10 }, () => open()));
    [first, second] = [await Upstream.listen(ports[0]), await Upstream.listen(ports[1])];
    for (const client of clients) {
      expect(await client.until(/\r\n\r\n/)).toContain('101');
      client.socket.destroy();
    }
  });

  it('that says nothing gets no second chance with the same request: 503', async () => {
    first.behave = second.behave = () => {};
    const client = await open('/ws?ticket=once');
    await client.closed;
    expect(client.heard()).toMatch(/^HTTP\/1\.1 503 /);
    expect(heads()).toHaveLength(1);
  });
});

describe('an upgrade', () => {
  it('that is no plain GET is refused', async () => {
    for (const text of [
      request('/ws', '', 'POST'),
      request('/ws', 'Content-Length: 5\r\n'),
      request('/ws', 'Transfer-Encoding: chunked\r\n'),
    ]) {
      const client = await raw(gateway.port);
      client.send(text);
      await client.closed;
      expect(client.heard()).toMatch(/^HTTP\/1\.1 400 [\s\S]*"code":"bad_request"/);
    }
    expect(heads()).toEqual([]);
  });

  it('to something else than a WebSocket, or elsewhere, is a request like any other', async () => {
    const cases: [string, RegExp][] = [
      [
        'GET /healthz HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n\r\n',
        /200 OK[\s\S]*"ok"/,
      ],
      ['GET /ws HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n', /426 /],
      [request('/api/rooms'), /401 [\s\S]*unauthenticated/],
      [request('/wsx'), /HTTP\/1\.1 503 [\s\S]*has not been built/],
      [
        'POST /api/auth/login HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
        /400 [\s\S]*"field":"login"/,
      ],
    ];
    for (const [text, answer] of cases) {
      const client = await raw(gateway.port);
      client.send(text);
      await client.closed;
      expect(client.heard()).toMatch(answer);
    }
    expect(heads()).toEqual([]);
  });

  it('that goes away in the middle harms nobody', async () => {
    first.behave = second.behave = () => {};
    const clients = await Promise.all(Array.from({ length: 20 }, () => open()));
    await expect.poll(() => heads().length).toBe(20);
    for (const client of clients) client.socket.resetAndDestroy();
    first.behave = second.behave = echo;
    const client = await open();
    expect(await client.until(/\r\n\r\n/)).toContain('101');
    client.socket.destroy();
  });
});

describe('a gateway without ws-gateways', () => {
  it('knows no sockets', async () => {
    const alone = await startTestGateway();
    const client = await raw(alone.port);
    client.send(request());
    await client.closed;
    expect(client.heard()).toMatch(/^HTTP\/1\.1 404 [\s\S]*"code":"not_found"/);
    await alone.stop();
  });
});
