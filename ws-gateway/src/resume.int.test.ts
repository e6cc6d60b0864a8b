import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStage, type Stage } from './testing/stage.js';

let stage: Stage;
let url: string;

beforeAll(async () => {
  stage = await openStage();
  ({ url } = await stage.gateway());
});
afterAll(() => stage.stop());

it('replays more rooms than are read at a time', async () => {
  const user = randomUUID();
  const rooms = Array.from({ length: 9 }, () => stage.log.createRoom([user]).id);
  for (const room of rooms) for (let i = 0; i < 20; i++) stage.log.say(room, 'x');
  const client = await stage.client(url, user);
  await client.hello(Object.fromEntries(rooms.map((room) => [room, 0])));
  for (const room of rooms) expect(client.seqs(room)).toEqual(upTo(1, 21));
  client.ws.close();
});

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

it('replays many pages and goes on live without a seam while the room is busy', async () => {
  const user = randomUUID();
  const room = stage.log.createRoom([user]);
  for (let i = 0; i < 2_500; i++) stage.log.say(room.id, 'x'.repeat(300));
  const client = await stage.client(url, user);
  const talk = setInterval(() => stage.log.say(room.id, 'live'), 1);
  await client.hello({ [room.id]: 100 });
  await client.next('message', { body: 'live' });
  clearInterval(talk);
  const last = stage.log.say(room.id, 'last');
  await client.next('message', { seq: last });
  expect(client.seqs(room.id)).toEqual(upTo(101, last));
  client.ws.close();
});

it('replays no text that was deleted before it was asked for, though the deletion has not reached the gateway', async () => {
  const [user, reader] = [randomUUID(), randomUUID()];
  const room = stage.log.createRoom([user, reader]);
  const here = await stage.client(url, user);
  await here.hello();
  stage.log.delivers = ({ about }) => about === undefined;
  const target = stage.log.say(room.id, 'secret');
  await here.next('message', { seq: target });
  const seq = stage.log.revise(room.id, target);
  const client = await stage.client(url, reader);
  await client.hello({ [room.id]: target - 1 });
  stage.log.delivers = () => true;
  expect(client.seqs(room.id)).toEqual([target, seq]);
  expect(JSON.stringify(client.frames)).not.toContain('secret');
  await here.next('deleted', { target });
  for (const { ws } of [here, client]) ws.close();
});
