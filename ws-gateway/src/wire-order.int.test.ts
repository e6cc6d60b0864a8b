// We write data frames to the TCP socket ourselves and let ws write pings and closes to the same one. That holds as long as ws,
// without compression, writes at once and never queues: a new version of ws that does otherwise fails here.
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { frameText } from './framing.js';

it('keeps the order of our frames and those of ws', async () => {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, clientTracking: false, perMessageDeflate: false });
  server.on('upgrade', (request, socket: Socket, head) => {
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const written = () => socket.bytesWritten;
      const steps = [
        () => socket.write(frameText('one')),
        () => ws.ping('p1'),
        () => socket.write(frameText('x'.repeat(70_000))),
        () => ws.ping('p2'),
        () => socket.write(frameText('bye')),
        () => ws.close(4_503, 'draining'),
      ];
      for (const step of steps) {
        const before = written();
        step();
        if (written() === before) ws.terminate();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const seen: string[] = [];
  client.on('message', (data) => seen.push(String(data).slice(0, 3)));
  client.on('ping', (data) => seen.push(data.toString()));
  await new Promise<void>((resolve) => {
    client.on('close', (code) => {
      seen.push(String(code));
      resolve();
    });
  });
  server.close();
  expect(seen).toEqual(['one', 'p1', 'xxx', 'p2', 'bye', '4503']);
});
