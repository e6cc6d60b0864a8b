import { randomUUID } from 'node:crypto';
import { leaseRenewMs, registerInstance } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunningGateway } from './gateway.js';
import { TestClient, until } from './testing/client.js';
import { openStage, type Stage } from './testing/stage.js';

let stage: Stage;
let gateway: RunningGateway & { url: string };

beforeEach(async () => {
  stage = await openStage();
  gateway = await stage.gateway();
});
afterEach(() => stage.stop());

async function member() {
  const user = randomUUID();
  const room = stage.log.createRoom([user]);
  const client = await stage.client(gateway.url, user);
  await client.hello();
  await until('interest', () => stage.log.interest.get(room.id)?.size === 1);
  return { client, room, user };
}

const upTo = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function send(client: TestClient, room: string) {
  const id = randomUUID();
  client.send({ type: 'send', id, room, body: 'x' });
  return until('an answer', () => client.frames.find((frame) => frame['id'] === id && frame.type !== 'message'), 6_000);
}

describe('a lost delivery', () => {
  it('is read from the log when the next event shows the hole', async () => {
    const { client, room } = await member();
    stage.log.beating = false;
    stage.log.delivers = ({ seq }) => seq % 3 === 0;
    for (let i = 0; i < 29; i++) stage.log.say(room.id, `${i}`);
    await client.next('message', { seq: 30 });
    expect(client.seqs(room.id)).toEqual(upTo(2, 30));
  });

  it('of the last message is read when a beat names the head', async () => {
    const { client, room } = await member();
    stage.log.delivers = () => false;
    const seq = stage.log.say(room.id, 'last');
    await client.next('message', { seq });
    expect(client.seqs(room.id)).toEqual([2]);
  });

  it('of the last message is read after a silence of the room-service', async () => {
    const { client, room } = await member();
    stage.log.beating = false;
    stage.log.delivers = () => false;
    const seq = stage.log.say(room.id, 'last');
    await client.next('message', { seq });
  });

  it('of a membership is found by a sweep', async () => {
    const { client, user } = await member();
    const room = stage.log.createRoom([]);
    stage.log.move(room.id, user, 'added', false);
    expect(client.frames.at(-1)).toMatchObject({ type: 'synced' });
    stage.log.beating = false;
    expect(await client.next('room_added')).toMatchObject({ room: { id: room.id, last_seq: 1 } });
    stage.log.beating = true;
    stage.log.say(room.id, 'hello');
    await client.next('message', { room: room.id, seq: 2 });
  });
});

describe('removal', () => {
  it('is exact: the event of it is the last, then room_removed', async () => {
    const { client, room, user } = await member();
    const seq = stage.log.move(room.id, user, 'kicked');
    for (let i = 0; i < 5; i++) stage.log.say(room.id, 'after');
    expect(await client.next('room_removed')).toEqual({ type: 'room_removed', room: room.id, reason: 'kicked' });
    const again = stage.log.move(room.id, user, 'joined');
    expect(await client.next('room_added')).toMatchObject({ room: { id: room.id, last_seq: again } });
    stage.log.say(room.id, 'welcome back');
    await client.next('message', { seq: again + 1 });
    expect(client.seqs(room.id)).toEqual([seq, again + 1]);
  });

  it('is exact when the gateway was told nothing of it', async () => {
    const { client, room, user } = await member();
    stage.log.delivers = () => false;
    const seq = stage.log.move(room.id, user, 'banned', false);
    stage.log.delivers = () => true;
    for (let i = 0; i < 5; i++) stage.log.say(room.id, 'after');
    expect(await client.next('room_removed')).toMatchObject({ reason: 'banned' });
    expect(client.seqs(room.id)).toEqual([seq]);
  });

  it('comes with the deletion of the room', async () => {
    const { client, room } = await member();
    stage.log.deleteRoom(room.id);
    expect(await client.next('room_removed')).toEqual({ type: 'room_removed', room: room.id, reason: 'deleted' });
  });
});

describe('sends', () => {
  it('that are not answered are told so within 5 s, and the next one goes through', async () => {
    const { client, room } = await member();
    stage.log.answers = false;
    const sentAtMs = Date.now();
    const waiting = [send(client, room.id), send(client, room.id)];
    const answers = await Promise.all(waiting);
    expect(answers).toMatchObject([{ code: 'timeout', outcome: 'unknown' }, { code: 'timeout' }]);
    expect(Date.now() - sentAtMs).toBeLessThan(5_000);
    stage.log.answers = true;
    expect(await send(client, room.id)).toMatchObject({ type: 'ack' });
  });

  it('are refused at once while no room-service is heard, and taken again when it is', async () => {
    const { client, room } = await member();
    stage.log.beating = false;
    const refused = await until('unavailable', async () => {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const answer = await send(client, room.id);
      return answer['code'] === 'unavailable' && answer;
    });
    expect(refused).toMatchObject({ outcome: 'unknown' });
    expect(refused['retry_after_ms']).toBeGreaterThan(0);
    stage.log.beating = true;
    await until('an ack', async () => (await send(client, room.id)).type === 'ack');
  });

  it('and sockets survive a nats-server that is killed', async () => {
    const { client, room } = await member();
    await stage.nats.restart();
    await until('an ack', async () => (await send(client, room.id)).type === 'ack', 15_000);
    stage.log.say(room.id, 'last');
    await client.next('message', { body: 'last' });
    expect(client.closed).toBeUndefined();
    const seqs = client.seqs(room.id);
    expect(seqs).toEqual(upTo(2, seqs.at(-1)!));
  });
});

describe('hello', () => {
  it('ends with 1011 when the memberships cannot be read', async () => {
    stage.services.silent.add('natter.rpc.member.rooms');
    const client = await stage.client(gateway.url);
    client.send({ type: 'hello' });
    expect(await client.ended()).toMatchObject({ code: 1011 });
    expect(client.frames).toMatchObject([{ type: 'bye', code: 1011, reconnect: true }]);
  });
});

describe('the registry', () => {
  const last = () => stage.services.registrations.at(-1)!;

  it('hears of every socket and room, and that they are gone', async () => {
    const { client, room, user } = await member();
    const entry = [...stage.services.connections.values()].find((one) => one.user === user)!;
    expect(entry.id).toBe(client.frames[0]!['connection']);
    expect(stage.log.interest.get(room.id)).toEqual(new Set(['ws-1']));
    client.ws.close();
    await until('the end', () => !stage.services.connections.has(entry.id));
  });

  it('is told everything again when it asks, and under a new incarnation when it says stale', async () => {
    const { client } = await member();
    const { incarnation, started_at } = last();
    const full = (since: number) =>
      stage.services.registrations.slice(since).find((one) => one.full === 'first' && one.opened?.length === 1);
    stage.services.registryReply = { anew: true };
    client.ws.ping();
    await (await stage.client(gateway.url)).hello();
    await until('anew', () => stage.services.registrations.filter((one) => one.full === 'first').length >= 2);
    const before = stage.services.registrations.length;
    stage.services.registryReply = { stale: { started_at: Date.now() + 3_600_000 } };
    stage.nc.publish(subjects.registryReset, '{}');
    await until('stale', () => last().incarnation !== incarnation);
    expect(last().started_at).toBeGreaterThan(started_at);
    expect(full(before)).toBeUndefined();
    expect(stage.services.registrations.slice(before).some((one) => one.opened?.length === 2)).toBe(true);
  });

  it('goes on renewing its lease when its clock was set a day ahead and back again', async () => {
    const { client } = await member();
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now + 86_400_000 });
    try {
      client.ws.close();
      await until('told by the wrong clock', () => last().closed?.length === 1);
      vi.setSystemTime(now);
      const before = stage.services.registrations.length;
      await until('a lease that is due', () => stage.services.registrations.length > before, 2 * leaseRenewMs);
    } finally {
      vi.useRealTimers();
    }
  });

  it('loses nothing while the session-service is away', async () => {
    stage.services.silent.add(registerInstance.subject);
    const client = await stage.client(gateway.url);
    await client.hello();
    stage.services.silent.clear();
    await until('the socket', () => [...stage.services.connections.values()].some(({ user }) => user === client.user));
  });
});

describe('a slow reader', () => {
  it('is let go with 4504, and others see no difference', async () => {
    const { client: quick, room } = await member();
    const slow = await stage.client(gateway.url);
    stage.log.move(room.id, slow.user, 'joined');
    await slow.hello();
    slow.ws.pause();
    const body = 'x'.repeat(8_000);
    let last = 0;
    for (let i = 0; i < 2_000; i++) {
      last = stage.log.say(room.id, body);
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await quick.next('message', { seq: last });
    expect(quick.seqs(room.id)).toEqual(upTo(2, last));
    await until('its end', () => stage.services.connections.size === 1, 20_000);
    slow.ws.resume();
    expect(await slow.ended()).toMatchObject({ code: 4504 });
    expect(slow.frames.at(-1)).toMatchObject({ type: 'bye', code: 4504, reconnect: true });
    const seqs = slow.seqs(room.id);
    expect(seqs).toEqual(upTo(seqs[0]!, seqs.at(-1)!));
  });
});
