// What Node can do at most: a message is framed once, and each socket gets one write a turn of the event loop, whatever came in it. Knows
// nobody, checks nothing, stores nothing. Its events are as long as Natter's.
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';

interface Room {
  sockets: Set<Socket>;
  pending: Buffer[];
}

const rooms = new Map<string, Room>();
const dirty = new Set<Room>();
const acks = new Map<Socket, Buffer[]>();
const id = '00000000-0000-4000-8000-000000000000';
let seq = 0;

/** An unmasked text frame (RFC 6455, 5.2) of less than 64 KiB. */
function frame(text: string): Buffer {
  const body = Buffer.from(text);
  const head = Buffer.from(body.length < 126 ? [0x81, body.length] : [0x81, 126, body.length >> 8, body.length & 255]);
  return Buffer.concat([head, body]);
}

function flush(): void {
  for (const room of dirty) {
    const bytes = Buffer.concat(room.pending);
    room.pending = [];
    for (const socket of room.sockets) {
      const own = acks.get(socket);
      if (own === undefined) socket.write(bytes);
      else {
        acks.delete(socket);
        socket.write(Buffer.concat([...own, bytes]));
      }
    }
  }
  dirty.clear();
}

const server = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]), perMessageDeflate: false });
server.on('connection', (ws, request) => {
  const name = new URL(request.url ?? '', 'http://raw').searchParams.get('room') ?? '';
  const room = rooms.get(name) ?? { sockets: new Set(), pending: [] };
  rooms.set(name, room);
  const { socket } = request;
  room.sockets.add(socket);
  ws.on('close', () => room.sockets.delete(socket));
  ws.on('error', () => undefined);
  ws.on('message', (body: Buffer) => {
    if (dirty.size === 0) setImmediate(flush);
    dirty.add(room);
    seq += 1;
    const ts = '2026-01-01T00:00:00.000Z';
    const own = acks.get(socket) ?? [];
    own.push(frame(`{"type":"ack","id":"${id}","room":"${id}","seq":${seq},"ts":"${ts}"}`));
    acks.set(socket, own);
    room.pending.push(
      frame(
        `{"type":"message","room":"${id}","seq":${seq},"ts":"${ts}","id":"${id}","sender":{"id":"${id}","username":"b00000000-000"},` +
          `"body":"${body.toString()}","thread":null,"reply_to":null,"files":[],"mentions":[],"reactions":{},"replies":null,` +
          `"edited_at":null,"deleted":false}`,
      ),
    );
  });
});
