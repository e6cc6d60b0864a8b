import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { getJwks, redeemTicket } from '@natter/contracts/auth';
import { joinRoom, listMemberships } from '@natter/contracts/rooms';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestClient, until } from './testing/client.js';
import { openStage, type Stage } from './testing/stage.js';

let stage: Stage;
beforeEach(async () => {
  stage = await openStage();
});
afterEach(() => stage.stop());

describe('a client that comes too early', () => {
  it('is let in when the process has started', async () => {
    const { doorstep, url, start } = await stage.doorstep({ NATTER_RATE_FACTOR: '100' });
    const users = Array.from({ length: 200 }, () => randomUUID());
    const clients = users.map((user) => stage.client(url, user));
    await until('the queue', () => doorstep.waitingCount === users.length);
    await start();
    for (const client of await Promise.all(clients)) await client.hello();
    expect([doorstep.waitingCount, [...doorstep.refused]]).toEqual([0, []]);
  });

  it('is let in when the keys have been read, and the gateway is not ready before', async () => {
    const back = await stage.services.away(getJwks);
    const { doorstep, url, start } = await stage.doorstep();
    const { kit } = await start();
    const client = stage.client(url);
    await until('the queue', () => doorstep.waitingCount === 1);
    expect(await kit.health.report()).toMatchObject({ ready: false, checks: { keys: 'not read yet' } });
    await back();
    await (await client).hello();
    await until('readiness', async () => (await kit.health.report()).ready);
  });

  it('is told when to come back when it takes too long', async () => {
    const { doorstep, url } = await stage.doorstep();
    const client = await stage.client(url);
    expect(await client.ended()).toMatchObject({ code: 1011 });
    const [bye, ...more] = client.frames;
    expect([bye, more]).toMatchObject([{ type: 'bye', code: 1011, reconnect: true }, []]);
    expect(bye!['after_ms']).toBeGreaterThan(0);
    expect(bye!['after_ms']).toBeLessThanOrEqual(1_000);
    doorstep.close();
  });

  it('is refused at once for what needs no proof', async () => {
    const { doorstep, url } = await stage.doorstep({ NATTER_RATE_FACTOR: '0.1' });
    const status = (address: string, options = {}) =>
      TestClient.open(address, 'x', options).catch((error: { status: number }) => error.status);
    expect(await status(url.replace('/ws', '/wss'))).toBe(404);
    expect(await status(url, { headers: { origin: 'https://evil.example' } })).toBe(403);
    expect(await status(url, { protocols: ['natter.v2'] })).toBe(426);
    expect((await fetch(url.replace('ws:', 'http:'))).status).toBe(426);
    for (let i = 0; i < 10; i++) void status(url);
    await until('429', () => doorstep.refused.get(429));
    doorstep.close();
  });

  it('is refused with 503 when too many wait', async () => {
    const { doorstep, url } = await stage.doorstep({}, 3);
    const waiting = Array.from({ length: 3 }, () => stage.client(url).catch((error: Error) => error));
    await until('the queue', () => doorstep.waitingCount === 3);
    await expect(stage.client(url)).rejects.toMatchObject({ status: 503 });
    expect(doorstep.waitingCount).toBe(3);
    doorstep.close();
    await Promise.all(waiting);
  });

  it('and goes again is forgotten', async () => {
    const { doorstep, url, start } = await stage.doorstep();
    const words = ['GET /ws HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket', '', ''].join('\r\n');
    const dial = () =>
      connect(doorstep.port, '127.0.0.1', function (this: Socket) {
        this.write(words);
      });
    const [polite, rude] = [dial(), dial()];
    const stays = stage.client(url);
    await until('the queue', () => doorstep.waitingCount === 3);
    polite.end();
    rude.resetAndDestroy();
    await until('two fewer', () => doorstep.waitingCount === 1);
    const { kit } = await start();
    await (await stays).hello();
    expect(await kit.metrics.getSingleMetricAsString('natter_ws_sockets')).toMatch(/ 1$/m);
    expect([...doorstep.refused]).toEqual([]);
  });

  it('is refused with 503 when the process is told to stop', async () => {
    const { doorstep, url } = await stage.doorstep();
    const client = stage.client(url);
    await until('the queue', () => doorstep.waitingCount === 1);
    doorstep.close();
    await expect(client).rejects.toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });
});

describe('while a part is away, a client', () => {
  it('with a ticket is let in when the auth-service is back', async () => {
    const { url } = await stage.gateway();
    const back = await stage.services.away(redeemTicket);
    stage.services.tickets.set('t', { user: randomUUID(), session: randomUUID() });
    const client = TestClient.open(`${url}?ticket=t`, undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await back();
    await (await client).hello();
  });

  it('that wants one room is let in when the room-service is back, or told when to come again', async () => {
    const { url } = await stage.gateway();
    const user = randomUUID();
    const room = stage.log.createRoom([user]);
    const back = await stage.services.away(joinRoom);
    const late = await stage.client(`${url}/${room.id}`, user);
    expect(await late.ended()).toMatchObject({ code: 1011 });
    const client = stage.client(`${url}/${room.id}`, user);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await back();
    const open = await client;
    stage.log.say(room.id, 'hello');
    await open.next('message', { body: 'hello' });
  });

  it('that says hello is answered when the room-service is back', async () => {
    const { url } = await stage.gateway();
    const back = await stage.services.away(listMemberships);
    const client = await stage.client(url);
    client.send({ type: 'hello' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await back();
    await client.next('synced');
    expect(client.closed).toBeUndefined();
  });
});

describe('the process', () => {
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  const freePort = () =>
    new Promise<number>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const { port } = server.address() as { port: number };
        server.close(() => resolve(port));
      });
    });

  it('holds callers while NATS is away, and ends with 0 when it is told to stop before it has started', async () => {
    const port = await freePort();
    const env = { PATH: process.env['PATH'], NATS_URL: 'nats://127.0.0.1:1', INSTANCE_ID: 'ws-1', PORT: String(port) };
    const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
    child = spawn(process.execPath, [main], { env, stdio: 'ignore' });
    const ended = new Promise((resolve) => child!.once('exit', (code, signal) => resolve(code ?? signal)));
    const dial = () => stage.client(`ws://127.0.0.1:${port}/ws`);
    // Refused by nobody but the system, until the port is open; then it waits until it is told when to come back.
    const told = await until(
      'a door',
      () => dial().catch((error: { status?: number }) => error.status && 'refused'),
      20_000,
    );
    expect(told).toBeInstanceOf(TestClient);
    const waiting = dial();
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill('SIGTERM');
    await expect(waiting).rejects.toMatchObject({ status: 503 });
    expect(await ended).toBe(0);
  });
});
