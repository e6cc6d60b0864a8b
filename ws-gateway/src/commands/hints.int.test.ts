import { randomUUID } from 'node:crypto';
import type { InstanceHints, TypingChanges } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../testing/client.js';
import { openStage, type Stage } from '../testing/stage.js';

let stage: Stage;
let url: string;
const typed: TypingChanges['items'] = [];

beforeAll(async () => {
  stage = await openStage();
  stage.nc.subscribe(subjects.typing, {
    callback: (_, message) => void typed.push(...message.json<TypingChanges>().items),
  });
  ({ url } = await stage.gateway());
});
afterAll(() => stage.stop());

async function member(room = stage.log.createRoom([])) {
  const user = randomUUID();
  stage.log.move(room.id, user, 'joined');
  const client = await stage.client(url, user);
  await client.hello();
  return { client, room, user };
}
const tell = (hints: InstanceHints) => stage.nc.publish(subjects.instanceHints('ws-1'), JSON.stringify(hints));
/** All that a client has of these types, once what was sent before has come. */
async function heard(client: Awaited<ReturnType<typeof member>>['client'], ...types: string[]) {
  const id = randomUUID();
  client.send({ type: 'ping', id });
  await client.next('pong', { id });
  return client.frames.filter(({ type }) => types.includes(type));
}

describe('typing', () => {
  it('goes to the session-service once, until it ends, and is not answered', async () => {
    const { client, room, user } = await member();
    for (let i = 0; i < 3; i++) client.send({ type: 'typing', room: room.id, on: true });
    await until('it was passed on', () => typed.some(([id]) => id === room.id));
    client.send({ type: 'typing', room: room.id, on: false });
    await until('its end too', () => typed.some(([id, , on]) => id === room.id && !on));
    expect(typed.filter(([id]) => id === room.id)).toEqual([
      [room.id, user, true],
      [room.id, user, false],
    ]);
    expect(await heard(client, 'error', 'ack', 'typing')).toEqual([]);
  });

  it('ends when its socket closes', async () => {
    const { client, room, user } = await member();
    client.send({ type: 'typing', room: room.id, on: true });
    await until('it was passed on', () => typed.some(([id]) => id === room.id));
    client.ws.terminate();
    await until('its end', () => typed.some(([id, who, on]) => id === room.id && who === user && !on));
  });

  it('in a room that one is not in is not_found, whether there is one or not', async () => {
    const { client } = await member();
    for (const room of [stage.log.createRoom([]).id, randomUUID(), 'x']) {
      client.send({ type: 'typing', id: room, room, on: true });
      const error = await client.next('error', { id: room });
      expect(error).toMatchObject({ code: 'not_found', outcome: 'refused' });
    }
    expect(typed.some(([, , on]) => on === undefined)).toBe(false);
  });

  it('of others comes to the room’s sockets, and not to one-room sockets or those of the one who types', async () => {
    const { client, room, user } = await member();
    const { client: other } = await member(room);
    const plain = await stage.client(`${url}/${room.id}`, randomUUID());
    await until('the one-room socket is in', () => stage.log.rooms.get(room.id)!.members.size === 3);
    tell({ typing: [[room.id, user, true]] });
    expect(await other.next('typing')).toEqual({ type: 'typing', room: room.id, user, on: true });
    stage.log.say(room.id, 'after it');
    await plain.next('message', { body: 'after it' });
    expect(plain.frames.filter(({ type }) => type === 'typing')).toEqual([]);
    expect(await heard(client, 'typing')).toEqual([]);
  });
});

describe('presence', () => {
  it('is registered with the connection, away and back', async () => {
    const { client, user } = await member();
    const entry = () => [...stage.services.connections.values()].find((one) => one.user === user);
    await until('it is registered', entry);
    expect(entry()?.away).toBeUndefined();
    client.send({ type: 'presence', status: 'away' });
    await until('it is away', () => entry()?.away === true);
    client.send({ type: 'presence', status: 'online' });
    await until('it is back', () => entry()?.away === undefined);
    expect(await heard(client, 'error', 'presence')).toEqual([]);
  });

  it('of others comes once to each socket that shares a room with them', async () => {
    const { client, room } = await member();
    const second = stage.log.createRoom([]);
    stage.log.move(second.id, client.user, 'joined');
    await client.next('room_added');
    const { client: stranger } = await member();
    const user = randomUUID();
    tell({ presence: [{ user, status: 'away', last_seen: 'now', rooms: [room.id, second.id] }] });
    await client.next('presence');
    expect(await heard(client, 'presence')).toEqual([{ type: 'presence', user, status: 'away', last_seen: 'now' }]);
    expect(await heard(stranger, 'presence')).toEqual([]);
  });

  it('of a status nobody knows is bad_request', async () => {
    const { client } = await member();
    client.send({ type: 'presence', id: 'x', status: 'offline' });
    expect(await client.next('error', { id: 'x' })).toMatchObject({ code: 'bad_request' });
  });

  it('and typing have a rate: beyond it rate_limited says when to come again', async () => {
    const { client, room } = await member();
    for (let i = 0; i < 40; i++) {
      client.send({ type: 'presence', id: `p${i}`, status: i % 2 ? 'online' : 'away' });
      client.send({ type: 'typing', id: `t${i}`, room: room.id, on: true });
    }
    const error = await client.next('error');
    expect(error).toMatchObject({ code: 'rate_limited', outcome: 'refused' });
    expect(error['retry_after_ms']).toBeGreaterThan(0);
    expect((await heard(client, 'error')).length).toBeLessThanOrEqual(50);
    expect(client.closed).toBeUndefined();
  });
});
