// The absent are told (P16): what was not delivered in ten seconds becomes one pending notification, there until read or acked.
import { randomUUID } from 'node:crypto';
import type { Notification } from '@natter/contracts/events';
import { messageNotificationId } from '@natter/contracts/notifications';
import { describe, expect, it } from 'vitest';
import { Person } from './harness/person.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

const natter = await useSystem();

/** Longer than the ten seconds after which somebody counts as absent. */
const ABSENCE_MS = 30_000;

interface Scene {
  writer: Person;
  absent: Person;
  room: string;
  pending: () => Promise<Notification[]>;
}

async function scene(): Promise<Scene> {
  const [writer, absent] = await Person.several(natter, ['writer', 'absent']);
  const { id: room } = await writer.createRoom();
  await absent.join(room);
  const pending = async (): Promise<Notification[]> =>
    (await absent.api.get<{ items: Notification[] }>('/api/notifications')).body.items;
  return { writer, absent, room, pending };
}

const post = async ({ writer, room }: Scene, body: string): Promise<number> =>
  (await writer.api.post<{ seq: number }>(`/api/rooms/${room}/messages`, { id: randomUUID(), body })).body.seq;

/** Writes, and waits until all of it is pending. */
async function missed(at: Scene, bodies: string[]): Promise<Notification[]> {
  for (const body of bodies) await post(at, body);
  return await until(
    'all are pending',
    async () => {
      const items = await at.pending();
      return items.length === bodies.length && items;
    },
    ABSENCE_MS,
    500,
  );
}

describe.concurrent('a notification', () => {
  it('is pending for each message missed, oldest first, with an id made of room and seq', async () => {
    const at = await scene();
    const items = await missed(at, ['first', 'second']);
    expect(items.map(({ kind, room, preview }) => [kind, room, preview])).toEqual([
      ['message', at.room, 'first'],
      ['message', at.room, 'second'],
    ]);
    for (const { id, room = '', seq = 0 } of items) expect(id).toBe(messageNotificationId(room, seq));
  });

  it('follows ready, and is the same there', async () => {
    const at = await scene();
    const items = await missed(at, ['first', 'second']);
    const socket = await at.absent.open(1);
    const ready = await socket.hello();
    expect(ready.notifications).toBe(2);
    await until('both have come', () => socket.all('notification').length === 2);
    expect(socket.all('notification').map(({ type: _type, ...notification }) => notification)).toEqual(items);
    socket.close();
  });

  it('does not come for messages that were delivered in time, nor for one’s own', async () => {
    const at = await scene();
    const [reader, other] = [await at.absent.connect(), await scene()];
    const seq = await post(at, 'delivered');
    await reader.next('message', (frame) => frame.seq === seq);
    reader.send({ type: 'receipt', room: at.room, delivered: seq });
    await missed(other, ['a later one, pending already']);
    expect(await at.pending()).toEqual([]);
    const { body } = await at.writer.api.get<{ items: Notification[] }>('/api/notifications');
    expect(body.items).toEqual([]);
    reader.close();
  });

  it('does not come where the absent asked for none', async () => {
    const at = await scene();
    const other = await Person.register(natter, 'other');
    await other.join(at.room);
    const preferences = `/api/rooms/${at.room}/preferences`;
    expect((await other.api.call('PUT', preferences, { body: { notify: 'none' } })).status).toBe(200);
    await missed(at, ['for those who want it']);
    const ofOther = async (): Promise<Notification[]> =>
      (await other.api.get<{ items: Notification[] }>('/api/notifications')).body.items;
    expect(await ofOther()).toEqual([]);
    await other.api.call('PUT', preferences, { body: { notify: 'all' } });
    expect(await ofOther()).toEqual([]);
  });

  it('goes when it is acknowledged, one by one or up to one', async () => {
    const at = await scene();
    const [first, second, third] = await missed(at, ['first', 'second', 'third', 'fourth']);
    expect((await at.absent.api.post('/api/notifications/ack', { ids: [second?.id] })).status).toBe(204);
    const left = async (): Promise<(string | undefined)[]> => (await at.pending()).map(({ preview }) => preview);
    expect(await left()).toEqual(['first', 'third', 'fourth']);
    expect((await at.absent.api.post('/api/notifications/ack', { up_to: third?.id })).status).toBe(204);
    expect(await left()).toEqual(['fourth']);
    expect((await at.absent.api.post('/api/notifications/ack', { ids: [first?.id] })).status).toBe(204);
    expect(await left()).toEqual(['fourth']);
  });

  it('goes when the message is read', async () => {
    const at = await scene();
    const [item] = await missed(at, ['read me']);
    const socket = await at.absent.connect();
    socket.send({ type: 'receipt', room: at.room, read: item?.seq });
    await until('nothing is pending', async () => (await at.pending()).length === 0);
    socket.close();
  });

  it('goes when its room is deleted', async () => {
    const at = await scene();
    await missed(at, ['soon gone']);
    await at.writer.api.delete(`/api/rooms/${at.room}`);
    await until('nothing is pending', async () => (await at.pending()).length === 0);
  });

  it('tells somebody who was not there that they were added to a room', async () => {
    const { writer, absent, pending } = await scene();
    const room = await writer.createRoom({ members: [absent.id], visibility: 'private' });
    const items = await until(
      'it is pending',
      async () => (await pending()).find(({ kind }) => kind === 'added'),
      ABSENCE_MS,
    );
    expect(items.room).toBe(room.id);
  });
});

describe('a pending notification', () => {
  it('survives the death of the notification-service, with its id', async () => {
    const at = await scene();
    const before = await missed(at, ['first', 'second', 'third']);
    await at.absent.api.post('/api/notifications/ack', { ids: [before[1]?.id] });
    await natter.crash('notification-1');
    const after = await until('it answers again', async () => {
      const items = await at.pending();
      return items.length > 0 && items;
    });
    expect(after).toEqual([before[0], before[2]]);
  });
});
