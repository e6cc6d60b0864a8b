import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStage, type Stage } from './testing/stage.js';

let stage: Stage;
let url: string;

beforeAll(async () => {
  stage = await openStage();
  ({ url } = await stage.gateway());
});
afterAll(() => stage.stop());

describe('hello', () => {
  it('is answered by ready, what was missed, and synced, in this order', async () => {
    const user = randomUUID();
    const room = stage.log.createRoom([user]);
    for (let i = 0; i < 5; i++) stage.log.say(room.id, `m${i}`);
    const client = await stage.client(url, user);
    const ready = await client.hello({ [room.id]: 2 });
    expect(client.frames.map(({ type }) => type)).toEqual([
      'ready',
      'message',
      'message',
      'message',
      'message',
      'synced',
    ]);
    expect(client.seqs(room.id)).toEqual([3, 4, 5, 6]);
    expect(ready).toMatchObject({
      gateway: 'ws-1',
      heartbeat_ms: 25_000,
      notifications: 0,
      rooms: [{ id: room.id, last_seq: 6 }],
    });
    expect(client.frames.at(-1)).toEqual({ type: 'synced', rooms: { [room.id]: { seq: 6 } } });
    client.ws.close();
  });
});

describe('send', () => {
  it('is acknowledged, and the message reaches everybody in the room', async () => {
    const [alice, bob] = [randomUUID(), randomUUID()];
    const room = stage.log.createRoom([alice, bob]);
    const a = await stage.client(url, alice);
    const b = await stage.client(url, bob);
    await a.hello();
    await b.hello();
    const id = randomUUID();
    a.send({ type: 'send', id, room: room.id, body: 'hi' });
    expect(await a.next('ack')).toMatchObject({ id, room: room.id, seq: 3 });
    expect(await a.next('message')).toMatchObject({ id, body: 'hi', seq: 3 });
    expect(await b.next('message')).toMatchObject({ id, body: 'hi', seq: 3 });
    a.ws.close();
    b.ws.close();
  });
});
