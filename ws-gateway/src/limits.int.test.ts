import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { subjects } from '@natter/contracts/subjects';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './testing/stage.js';
import { TestClient, until } from './testing/client.js';

let stage: Stage;
let url: string;

beforeAll(async () => {
  stage = await openStage();
  ({ url } = await stage.gateway());
});
afterAll(() => stage.stop());

async function greeted(user: string = randomUUID()) {
  const client = await stage.client(url, user);
  await client.hello();
  return client;
}

/** The close, with the bye that came as the last frame before it. */
async function farewell(client: TestClient) {
  const { code } = await client.ended();
  return { code, bye: client.frames.at(-1)! };
}

describe('bad frames', () => {
  it('are answered, and the eleventh within a minute ends the connection with 4400', async () => {
    const client = await greeted();
    for (let i = 0; i < 10; i++) client.send(i % 2 ? '{"type":"send","id":"x"}' : 'not json');
    client.send({ type: 'ping', id: 'still-there' });
    await client.next('pong', { id: 'still-there' });
    expect(client.frames.filter(({ code }) => code === 'bad_request')).toHaveLength(10);
    client.send({ type: 'no_such_type', id: 'last' });
    expect(await client.next('error', { id: 'last' })).toMatchObject({ code: 'unknown_type' });
    expect(await farewell(client)).toMatchObject({ code: 4400, bye: { type: 'bye', code: 4400, reconnect: false } });
  });

  it('say which field is wrong, and how, but not what it held', async () => {
    const client = await greeted();
    client.send({ type: 'send', id: randomUUID(), room: randomUUID(), body: 'x', thread: 'secret' });
    const { message } = await client.next('error', { code: 'bad_request' });
    expect(message).toMatch(/^thread: /);
    expect(message).not.toContain('secret');
  });

  it('that break the WebSocket protocol end it with its code, after a bye', async () => {
    const client = await greeted();
    (Reflect.get(client.ws, '_socket') as Socket).write(Buffer.from([0xc1, 0x80, 0, 0, 0, 0]));
    expect(await farewell(client)).toMatchObject({ code: 1002, bye: { type: 'bye', code: 1002 } });
  });

  it('that are binary end it with 1003', async () => {
    const client = await greeted();
    client.ws.send(Buffer.from('{"type":"ping"}'));
    const { code, bye } = await farewell(client);
    expect([code, bye['code'], bye['reconnect']]).toEqual([1003, 1003, true]);
    // A client that says it again and again does not do so without a break.
    expect(bye['after_ms']).toBeGreaterThan(0);
  });

  it('that are too large end it with 1009, and 65,536 bytes are not', async () => {
    const client = await greeted();
    const ping = (bytes: number) =>
      JSON.stringify({ type: 'ping', id: 'big' }).replace('}', `,"x":"${'y'.repeat(bytes - 33)}"}`);
    expect(ping(65_536)).toHaveLength(65_536);
    client.send(ping(65_536));
    await client.next('pong', { id: 'big' });
    client.send(ping(65_537));
    expect(await farewell(client)).toMatchObject({ code: 1009, bye: { type: 'bye', code: 1009 } });
  });

  it('that are not UTF-8 end it with 1007', async () => {
    const client = await greeted();
    client.ws.send(Buffer.from([0x22, 0xff, 0x22]), { binary: false });
    expect(await farewell(client)).toMatchObject({ code: 1007, bye: { type: 'bye', code: 1007 } });
  });
});

describe('rates', () => {
  it('refuse the 31st send of a burst, and end a flood with 4429', async () => {
    const user = randomUUID();
    const room = stage.log.createRoom([user]);
    const client = await greeted(user);
    for (let i = 0; i < 31; i++) client.send({ type: 'send', id: randomUUID(), room: room.id, body: `${i}` });
    const refused = await client.next('error');
    expect(refused).toMatchObject({ code: 'rate_limited', outcome: 'refused' });
    expect(refused['retry_after_ms']).toBeGreaterThan(0);
    await until('thirty acks', () => client.frames.filter(({ type }) => type === 'ack').length >= 30);
    for (let i = 0; i < 150; i++) client.send({ type: 'send', id: randomUUID(), room: room.id, body: `${i}` });
    const { code, bye } = await farewell(client);
    expect([code, bye['code'], bye['reconnect']]).toEqual([4429, 4429, true]);
    expect(bye['after_ms']).toBeGreaterThan(0);
  });

  it('refuse a socket that an address opens too fast', async () => {
    const { url: strict } = await stage.gateway({ NATTER_RATE_FACTOR: '0.02' });
    const open = () => TestClient.open(strict, stage.services.token(randomUUID()));
    const first = await open();
    await open();
    await expect(open()).rejects.toMatchObject({
      status: 429,
      headers: { 'content-type': 'application/problem+json; charset=utf-8' },
    });
    first.ws.close();
  });
});

describe('connections', () => {
  it('of one user are at most twenty: the oldest goes with 4409', async () => {
    const user = randomUUID();
    const clients: TestClient[] = [];
    for (let i = 0; i < 21; i++) clients.push(await stage.client(url, user));
    expect(await farewell(clients[0]!)).toMatchObject({ code: 4409, bye: { code: 4409, reconnect: false } });
    expect(clients.slice(1).every(({ closed }) => closed === undefined)).toBe(true);
    for (const { ws } of clients) ws.close();
  });

  it('that the session-service names, for there are too many on all gateways, go from whichever has them', async () => {
    const { url: other } = await stage.gateway();
    const user = randomUUID();
    const [named, kept] = [await stage.client(other, user), await stage.client(url, user)];
    const { connection } = await named.hello();
    await kept.hello();
    stage.nc.publish(subjects.connectionsExceeded, JSON.stringify({ connections: ['unknown', connection] }));
    expect(await farewell(named)).toMatchObject({ code: 4409, bye: { type: 'bye', code: 4409, reconnect: false } });
    kept.send({ type: 'ping', id: 'still-there' });
    await kept.next('pong', { id: 'still-there' });
    kept.ws.close();
  });
});

describe('heartbeat', () => {
  it('closes a socket that leaves two pings unanswered with 4408, and keeps one that answers', async () => {
    const { url: quick } = await stage.gateway({ HEARTBEAT_MS: '200' });
    const token = () => stage.services.token(randomUUID());
    const dead = await TestClient.open(quick, token(), { autoPong: false });
    const alive = await TestClient.open(quick, token());
    expect(await alive.hello()).toMatchObject({ heartbeat_ms: 200 });
    await dead.hello();
    // Frames are no answer to a ping.
    const talking = setInterval(() => dead.send({ type: 'ping' }), 50);
    expect(await farewell(dead)).toMatchObject({ code: 4408, bye: { code: 4408, reconnect: true } });
    await until('some beats', () => alive.pings.length >= 6);
    clearInterval(talking);
    expect(dead.pings).toHaveLength(2);
    expect(alive.closed).toBeUndefined();
    alive.ws.close();
  });
});

describe('WebSocket pings of a client', () => {
  it('are answered, hundreds at once too; a flood ends the connection with 4429', async () => {
    const client = await greeted();
    let pongs = 0;
    client.ws.on('pong', () => pongs++);
    for (let i = 0; i < 500; i++) client.ws.ping(`${i}`);
    await until('all are answered', () => pongs === 500);
    for (let i = 0; i < 10_000; i++) client.ws.ping();
    expect(await farewell(client)).toMatchObject({ code: 4429, bye: { type: 'bye', code: 4429, reconnect: true } });
  });
});
