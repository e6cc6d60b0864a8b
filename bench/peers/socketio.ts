// A chat as one writes it with Socket.IO: join the room one asks for, show what is said to everybody in it, acknowledge. With DATABASE_URL
// every message is stored first.
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import pg from 'pg';
import { createClient } from 'redis';
import { Server } from 'socket.io';

const { PORT = '', REDIS_URL = '', DATABASE_URL = '' } = process.env;
const publisher = createClient({ url: REDIS_URL });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const pool = DATABASE_URL === '' ? undefined : new pg.Pool({ connectionString: DATABASE_URL, max: 20 });
const insert = { name: 'insert', text: 'INSERT INTO messages (room, sender, body) VALUES ($1, $2, $3) RETURNING id' };

const http = createServer();
const io = new Server(http, {
  transports: ['websocket'],
  perMessageDeflate: false,
  adapter: createAdapter(publisher, subscriber),
});
let last = 0;
io.on('connection', (socket) => {
  const { room } = socket.handshake.auth as { room: string };
  void socket.join(room);
  socket.on('m', async (body: string, acknowledge: (id: number) => void) => {
    const rows = pool ? (await pool.query<{ id: string }>({ ...insert, values: [room, socket.id, body] })).rows : [];
    const id = Number(rows[0]?.id ?? ++last);
    io.to(room).emit('m', { id, room, sender: socket.id, body, ts: new Date().toISOString() });
    acknowledge(id);
  });
});
http.listen(Number(PORT), '127.0.0.1');
