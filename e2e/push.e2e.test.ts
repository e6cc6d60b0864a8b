// Web Push, end to end (P16): a push service on this machine whose devices decrypt what the server sent.
import { randomUUID } from 'node:crypto';
import { PushReceiver, type TestDevice } from '@natter/service-kit/testing/push-receiver';
import { afterAll, describe, expect, it } from 'vitest';
import { launchBrowser, Window } from './harness/browser.js';
import { ChatPage } from './harness/chat-page.js';
import { freshName, Person, signIn } from './harness/person.js';
import { useSystem } from './harness/use-system.js';
import { until } from './harness/wait.js';

const natter = await useSystem({ env: { NATTER_PUSH_HOSTS: '127.0.0.1' } });
const receiver = await PushReceiver.start();
afterAll(() => receiver.stop());

/** Ten seconds until a message is late, and up to twenty more (P16). */
const TOLD_MS = 30_000;

interface Scene {
  writer: Person;
  absent: Person;
  device: TestDevice;
  room: string;
  say: (body: string) => Promise<number>;
}

async function subscribe(person: Person, token = person.token): Promise<TestDevice> {
  const api = natter.api.as(token);
  const { body } = await api.get<{ key: string }>('/api/push/key');
  const device = receiver.device(body.key);
  expect((await api.post('/api/push/subscriptions', device.subscription)).status).toBe(201);
  return device;
}

async function scene(): Promise<Scene> {
  const [writer, absent] = await Person.several(natter, ['writer', 'absent']);
  const { id: room } = await writer.createRoom({ title: 'The lobby' });
  await absent.join(room);
  const device = await subscribe(absent);
  const say = async (body: string): Promise<number> =>
    (await writer.api.post<{ seq: number }>(`/api/rooms/${room}/messages`, { id: randomUUID(), body })).body.seq;
  return { writer, absent, device, room, say };
}

describe.concurrent('a push', () => {
  it('brings an absent member one word for a room, with the id of its notification', async () => {
    const { device, room, say, writer } = await scene();
    await say('are you there?');
    const seq = await say('hello?');
    await until('it has come', () => device.pushes.length > 0, TOLD_MS);
    expect(device.pushes.map(({ payload }) => payload)).toEqual([
      expect.objectContaining({
        id: `${room}.${seq}`,
        kind: 'message',
        room,
        title: 'The lobby',
        sender: writer.username,
        preview: 'hello?',
        count: 2,
      }),
    ]);
  });

  it('does not come for what was delivered', async () => {
    const [at, other] = [await scene(), await scene()];
    const reader = await at.absent.connect();
    const seq = await at.say('here');
    await reader.next('message', (frame) => frame.seq === seq);
    reader.send({ type: 'receipt', room: at.room, delivered: seq });
    await other.say('a later one, which is pushed');
    await until('the other has come', () => other.device.pushes.length > 0, TOLD_MS);
    expect(at.device.attempts).toBe(0);
    reader.close();
  });

  it('does not come when the device was taken back, or its session has ended', async () => {
    const [taken, ended, told] = [await scene(), await scene(), await scene()];
    const { endpoint } = taken.device;
    expect((await taken.absent.api.call('DELETE', '/api/push/subscriptions', { body: { endpoint } })).status).toBe(204);
    expect((await ended.absent.api.post('/api/auth/logout', {})).status).toBe(204);
    await Promise.all([taken, ended].map(({ say }) => say('secret')));
    await told.say('a later one');
    await until('the other has come', () => told.device.pushes.length > 0, TOLD_MS);
    expect([taken.device.attempts, ended.device.attempts]).toEqual([0, 0]);
  });

  it('comes for having been added to a room', async () => {
    const { writer, absent, device } = await scene();
    const room = await writer.createRoom({ members: [absent.id], visibility: 'private' });
    await until('it has come', () => device.pushes.length > 0, TOLD_MS);
    expect(device.pushes[0]?.payload).toMatchObject({ kind: 'added', room: room.id });
  });
});

describe('a push subscription', () => {
  it.each([
    ['https://push.evil.example/x', 422],
    ['http://127.0.0.2:9/x', 422],
    ['http://[::ffff:127.0.0.1]:9/x', 422],
    ['not a URL', 422],
    [7, 400],
  ])('to %s is refused with %d', async (endpoint, status) => {
    const person = await Person.register(natter);
    const { keys } = receiver.device('').subscription;
    const answer = await person.api.post('/api/push/subscriptions', { endpoint, keys });
    expect(answer.status).toBe(status);
  });

  it('needs a sign-in', async () => {
    const { subscription } = receiver.device('');
    for (const [method, path] of [
      ['GET', 'key'],
      ['POST', 'subscriptions'],
      ['DELETE', 'subscriptions'],
      ['POST', 'test'],
    ] as const)
      expect(
        (await natter.api.call(method, `/api/push/${path}`, method === 'GET' ? {} : { body: subscription })).status,
      ).toBe(401);
  });

  it('is tried out with a trace of each step', async () => {
    const { absent, device } = await scene();
    const answer = await absent.api.post<{ id: string; items: { hops: { hop: string; ok: boolean }[] }[] }>(
      '/api/push/test',
      { endpoint: device.endpoint },
    );
    expect(answer.status).toBe(200);
    expect(answer.body.items[0]?.hops.map(({ hop, ok }) => `${hop} ${ok}`)).toEqual([
      'address true',
      'encryption true',
      'connection true',
      'push_service true',
    ]);
    expect(device.pushes[0]?.payload).toMatchObject({ id: answer.body.id, kind: 'test' });
  });
});

describe('when processes die', () => {
  it('what they had not told yet is told by those who come after', async () => {
    const { device, say } = await scene();
    const seq = await say('told all the same');
    await Promise.all([natter.crash('notification-1'), natter.crash('room-1'), natter.crash('auth-1')]);
    await until('it has come', () => device.pushes.length > 0, 2 * TOLD_MS);
    expect(device.pushes.at(-1)?.payload.id).toMatch(new RegExp(`\\.${seq}$`));
  });

  it('the server keeps its key, so that devices need not be asked again', async () => {
    const person = await Person.register(natter);
    const before = await person.api.get<{ key: string }>('/api/push/key');
    await natter.crash('notification-1');
    const after = await natter.api
      .as((await signIn(natter.api, person.username, person.password)).access_token)
      .get<{ key: string }>('/api/push/key');
    expect(after.body.key).toBe(before.body.key);
  });
});

// Chromium has no push service of its own here: what one would deliver is handed to the page's service worker by DevTools.
describe('the page', () => {
  it('shows what was pushed, one for a room', async () => {
    const browser = await launchBrowser();
    try {
      const { page, context, complaints } = await Window.open(browser, natter.url);
      await context.grantPermissions(['notifications']);
      await new ChatPage(page).register(freshName('ann'));
      await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
      const devTools = await context.newCDPSession(page);
      const registered = new Promise<string>((resolve) =>
        devTools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [first] }) => {
          if (first) resolve(first.registrationId);
        }),
      );
      await devTools.send('ServiceWorker.enable');
      const registrationId = await registered;
      const deliver = (payload: object) =>
        devTools.send('ServiceWorker.deliverPushMessage', {
          origin: natter.url,
          registrationId,
          data: JSON.stringify({ ts: '2026-01-01T00:00:00.000Z', ...payload }),
        });
      const shown = () =>
        page.evaluate(async () => {
          const registration = await navigator.serviceWorker.ready;
          return (await registration.getNotifications()).map(({ title, body, tag }) => ({ title, body, tag }));
        });
      const message = { kind: 'message', room: 'r1', title: 'The lobby', sender: 'ben' };
      await deliver({ ...message, id: 'r1.1', preview: 'hello?', count: 1 });
      await deliver({ ...message, id: 'r1.2', preview: 'are you there?', count: 2 });
      await deliver({ id: 'added.1', kind: 'added', room: 'r2', preview: 'The cellar' });
      const both = await until('all are shown', async () => {
        const all = await shown();
        return all.length === 2 && all.some(({ body }) => body.includes('2 messages')) && all;
      });
      expect(both).toEqual(
        expect.arrayContaining([
          { title: 'The lobby', body: 'ben: are you there?\n2 messages', tag: 'r1' },
          { title: 'The cellar', body: 'You were added to a room.', tag: 'r2' },
        ]),
      );
      expect(complaints).toEqual([]);
    } finally {
      await browser.close();
    }
  });
});
