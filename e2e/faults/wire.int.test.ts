// The wire itself must not lose, double or reorder a byte that it was not told to.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { seeded } from '../harness/seeded.js';
import { until } from '../harness/wait.js';
import { Wire } from './wire.js';

const ends: { end: () => void }[] = [];
afterEach(() => {
  for (const { end } of ends.splice(0)) end();
});

const closed = (socket: Socket): Promise<void> => new Promise((resolve) => void socket.once('close', () => resolve()));

/** A client, a wire and a server that keeps what it hears. */
async function pair(): Promise<{ wire: Wire; near: Socket; heard: () => string }> {
  let heard = '';
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += String(chunk);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const wire = await Wire.lay('a-b', { host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  const near = connect(wire.port, '127.0.0.1');
  near.on('error', () => undefined);
  await once(near, 'connect');
  ends.push({ end: () => near.destroy() }, { end: () => wire.remove() }, { end: () => server.close() });
  return { wire, near, heard: () => heard };
}

it('keeps what goes in while it is silent, and lets it out when it is whole again', async () => {
  const { wire, near, heard } = await pair();
  near.write('one ');
  await until('one is heard', () => heard() === 'one ');
  wire.cut(['out']);
  near.write('two ');
  near.write('three');
  wire.cut('whole');
  await until('the rest is heard', () => heard() === 'one two three');
});

it('keeps every byte in order through delay and loss, also when the weather ends', async () => {
  const { wire, near, heard } = await pair();
  wire.weather = { delayMs: 5, loss: 0.3, lot: seeded(1) };
  const words = Array.from({ length: 60 }, (_, index) => `${index} `);
  for (const word of words) {
    near.write(word);
    if (word === '40 ') wire.weather = undefined;
    await until('it is under way', () => near.writableLength === 0);
  }
  await until('all is heard', () => heard() === words.join(''));
});

it('resets what is open, and refuses what comes, until it is mended', async () => {
  const { wire, near } = await pair();
  wire.cut('reset');
  await closed(near);
  const refused = connect(wire.port, '127.0.0.1');
  refused.on('error', () => undefined);
  await closed(refused);
  wire.mend();
  const again = connect(wire.port, '127.0.0.1');
  await once(again, 'connect');
  again.destroy();
});

it('loses only what it is told to lose', async () => {
  const { wire, near, heard } = await pair();
  wire.watch = (_, piece) => (piece.includes('secret') ? 'drop' : 'pass');
  for (const word of ['first ', 'secret ', 'last']) {
    near.write(word);
    await until('it is under way', () => near.writableLength === 0);
    await new Promise((resolve) => void setTimeout(resolve, 20)); // one chunk each
  }
  await until('the last is heard', () => heard().endsWith('last'));
  expect(heard()).toBe('first last');
});
