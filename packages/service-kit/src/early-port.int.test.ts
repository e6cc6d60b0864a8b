import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { EarlyPort } from './early-port.js';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  ends.push(() => socket.destroy());
  await new Promise<void>((resolve, reject) => socket.once('error', reject).once('connect', resolve));
  return socket;
}

const ask = async (port: number, path: string): Promise<Socket> => {
  const socket = await dial(port);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  return socket;
};

function answering(): Server {
  const server = createServer((request, response) => response.end(`you asked for ${request.url}`));
  ends.push(() => server.close());
  return server;
}

describe('an early port', () => {
  it('keeps who comes until there is a server, and then goes on as that server', async () => {
    const PORT = await freePort();
    const early = new EarlyPort({ PORT: String(PORT) }, 0);
    await expect.poll(() => dial(PORT).catch(() => undefined)).toBeDefined();
    const [one, gone, two] = [await ask(PORT, '/1'), await ask(PORT, '/gone'), await ask(PORT, '/2')];
    gone.resetAndDestroy();
    const server = answering();
    expect(await early.handTo(server)).toBe(PORT);
    const three = await ask(PORT, '/3');
    const answers = await Promise.all([one, two, three].map(text));
    expect(answers.map((answer) => answer.split(' ').at(-1))).toEqual(['/1', '/2', '/3']);
    expect(server.address()).toMatchObject({ port: PORT });
    await new Promise((resolve) => server.close(resolve));
    await expect(dial(PORT)).rejects.toThrow('ECONNREFUSED');
  });

  it('answers 503 to those for whom there is no server within 4 s, or never will be', async () => {
    const PORT = await freePort();
    const early = new EarlyPort({ PORT }, 0);
    const refusal = /^HTTP\/1\.1 503 [\s\S]*retry-after: 1[\s\S]*"code":"unavailable"/;
    expect(await text(await ask(PORT, '/late'))).toMatch(refusal);
    const waiting = await ask(PORT, '/');
    early.close();
    expect(await text(waiting)).toMatch(refusal);
    await expect(dial(PORT)).rejects.toThrow('ECONNREFUSED');
  });

  it('says only when the server comes that it could not be opened', async () => {
    const PORT = await freePort();
    const server = createTcpServer();
    ends.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(PORT, '127.0.0.1', resolve));
    await expect(new EarlyPort({ PORT }, 0).handTo(answering())).rejects.toThrow('EADDRINUSE');
    await expect(new EarlyPort({ PORT: 'http' }, 0).handTo(answering())).rejects.toThrow('port');
  });
});
