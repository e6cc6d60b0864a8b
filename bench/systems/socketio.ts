// What people would build instead: Socket.IO in two processes with the Redis adapter; with PostgreSQL, one INSERT a message before it is
// acknowledged and shown.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { takeDataFolder } from '@natter/infra/data-folder';
import { embeddedPostgres } from '@natter/infra/embedded-postgres';
import { freePort } from '@natter/infra/ports';
import { Supervisor } from '@natter/infra/supervisor';
import { waitUntil } from '@natter/infra/wait';
import { Client } from 'pg';
import { type Member, silentMember } from '../generator/member.js';
import { frameOf, Wire, type WireOptions } from '../generator/wire.js';
import { Child, missing } from './child.js';
import type { Running, System } from './system.js';

const program = fileURLToPath(new URL('../peers/socketio.js', import.meta.url));
const redis = '/usr/bin/redis-server';
const processes = 2;
const password = 'bench';
const pong = frameOf('3');

export class SocketIoSystem implements System {
  readonly name: string;
  readonly says: string;

  constructor(private readonly stores: boolean) {
    this.name = stores ? 'socketio-pg' : 'socketio';
    const what = `Socket.IO 4, ${processes} processes, Redis adapter, acks`;
    this.says = stores
      ? `${what}; one INSERT into PostgreSQL a message before ack and broadcast`
      : `${what}; stores nothing`;
  }

  obstacle(): string | undefined {
    return missing(redis, 'redis-server');
  }

  async start(): Promise<Running> {
    const taken = new Set<number>();
    const postgres = this.stores ? await startPostgres(taken) : undefined;
    const redisPort = await freePort(taken);
    const redisArgs = ['--port', String(redisPort), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const children = new Map([['redis', await Child.start('redis', redis, redisArgs, redisPort)]]);
    const ports: number[] = [];
    for (let n = 1; n <= processes; n++) {
      const port = await freePort(taken);
      ports.push(port);
      const env = {
        PORT: String(port),
        REDIS_URL: `redis://127.0.0.1:${redisPort}`,
        DATABASE_URL: postgres?.url ?? '',
      };
      children.set(`socketio-${n}`, await Child.start(`socketio-${n}`, process.execPath, [program], port, env));
    }
    return {
      pids: new Map([
        ...[...children].map(([name, { pid }]): [string, number] => [name, pid]),
        ...(postgres ? [['postgres', postgres.pid] as [string, number]] : []),
      ]),
      open: (room, member, options) => open(ports[(room + member) % processes] ?? 0, room, options),
      stop: async () => {
        await Promise.all([...children.values()].map((child) => child.stop()));
        await postgres?.stop();
      },
    };
  }

  end(): Promise<void> {
    return Promise.resolve();
  }
}

/** The same PostgreSQL with the same settings as Natter's. */
async function startPostgres(taken: Set<number>): Promise<{ url: string; pid: number; stop: () => Promise<void> }> {
  const path = mkdtempSync(join(tmpdir(), 'natter-bench-peer-'));
  const folder = takeDataFolder(path);
  const { part: spec, url } = await embeddedPostgres(
    folder.at('postgres'),
    await freePort(taken),
    password,
    console.log,
  );
  const part = new Supervisor(spec, { line: () => undefined, change: () => undefined }, false);
  part.start();
  if (!(await waitUntil(() => part.state === 'ready', 30_000, 20)))
    throw new Error('PostgreSQL of the peer does not start');
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`CREATE TABLE messages (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, room text NOT NULL, sender text NOT NULL, body text NOT NULL,
    ts timestamptz NOT NULL DEFAULT now())`);
  await client.query('CREATE INDEX ON messages (room, id)');
  await client.end();
  return {
    url,
    pid: part.process?.pid ?? 0,
    stop: async () => {
      await part.stop(5_000);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Engine.IO 4 over a WebSocket alone: `0` open, `40` connect, `42` event, `43` ack, `2` ping. */
async function open(port: number, room: number, options?: WireOptions): Promise<Member> {
  const wire = await Wire.open(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`, options);
  let asked = 0;
  const made = silentMember(
    room,
    (body) => wire.send(frameOf(`42${asked++}["m",${JSON.stringify(body)}]`)),
    () => wire.destroy(),
  );
  await new Promise<void>((resolve, reject) => {
    wire.onClose = () => reject(new Error('closed before it was connected'));
    wire.onPayload = (chunk, start) => {
      if (chunk[start] === 0x30) wire.send(frameOf(`40{"room":"${room}"}`));
      else if (chunk[start] === 0x34 && chunk[start + 1] === 0x30) resolve();
    };
  });
  wire.onClose = () => made.onClose();
  wire.onPayload = (chunk, start, end) => {
    if (chunk[start] === 0x32) return wire.send(pong);
    if (chunk[start + 1] === 0x32) made.onDelivery(chunk, start, end);
    else if (chunk[start + 1] === 0x33) made.onAck();
  };
  return made;
}
