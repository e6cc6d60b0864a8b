// Bad weather: the database or the bus is away, a gateway drains, a part crashes. Sockets stay, answers are honest, and
// everything works again by itself (P7, P18, P19).
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { Problem } from './harness/api.js';
import { Person } from './harness/person.js';
import { seeded } from './harness/seeded.js';
import { Talk } from './harness/talk.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

const natter = await useSystem();

afterEach(async () => {
  for (const { name, state } of natter.stack.parts) if (state === 'down') natter.stack.start(name);
  await natter.stack.waitReady();
});

/** P7 and P19 name 5 s and 10 s; a slow machine gets as much again, a broken system does not make it at all. */
const ANSWER_MS = 10_000;
const HEAL_MS = 20_000;
/** With the call itself longer than the 4 s after which a process knows that it slept. */
const SLEPT_MS = 2_000;

describe.each(['postgres', 'nats'])('while %s is away', (part) => {
  it('sockets stay open, sends are answered unknown, and all works again after its return', async () => {
    const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
    const { id: room } = await ann.createRoom();
    await ben.join(room);
    const sockets = [await ann.connect(0), await ben.connect(1)] as const;
    const [hers, his] = sockets;
    await hers.say(room, 'before');

    await natter.stack.halt(part);
    const askedMs = Date.now();
    const answer = await hers.say(room, 'meanwhile', '01890a5d-ac96-774b-bcce-b302099a8057');
    expect(answer).toMatchObject({ type: 'error', outcome: 'unknown' });
    expect(answer.type === 'error' && ['unavailable', 'timeout'].includes(answer.code)).toBe(true);
    expect(Date.now() - askedMs).toBeLessThan(ANSWER_MS);
    const { status, body, headers } = await ann.api.get<Problem>(`/api/rooms/${room}/messages`);
    expect([status, ['unavailable', 'timeout'].includes(body.code)]).toEqual([503, true]);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    for (const socket of sockets) expect(await socket.ask({ type: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });

    natter.stack.start(part);
    const again = await until(
      'the same send is acknowledged',
      async () => {
        const said = await hers.say(room, 'meanwhile', '01890a5d-ac96-774b-bcce-b302099a8057');
        return said.type === 'ack' && said;
      },
      HEAL_MS,
      200,
    );
    await his.next('message', ({ id }) => id === again.id, HEAL_MS);
    const healed = await his.say(room, 'after');
    await hers.next('message', ({ id }) => id === healed.id);
    for (const socket of sockets) {
      const seqs = socket.events(room).map(({ seq }) => seq);
      expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
      expect(socket.events(room).filter((event) => event.type === 'message' && event.id === again.id)).toHaveLength(1);
      expect(socket.isOpen).toBe(true);
      socket.close();
    }
    await natter.stack.waitReady();
    const deaths = natter.log.filter(({ part: from, text }) => from === 'launcher' && text.includes(' died '));
    expect(deaths.map(({ text }) => text)).toEqual([]);
  });
});

describe('without one service', () => {
  it('the session-service, who is connected keeps talking, and who returns is found', async () => {
    const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
    const { id: room } = await ann.createRoom();
    await ben.join(room);
    const [hers, his] = [await ann.connect(0), await ben.connect(1)];
    await natter.stack.halt('session-1');
    const ack = await hers.say(room, 'who needs a registry');
    await his.next('message', ({ id }) => id === ack.id);
    natter.stack.start('session-1');
    await natter.stack.whenReady('session-1');
    await until('the registry knows both again', async () => {
      const { body } = await ben.api.get<{ items: { connections: unknown[] }[] }>('/api/auth/sessions');
      return body.items[0]?.connections.length === 1;
    });
    hers.close();
    his.close();
  });

  it('the auth-service, who is signed in goes on', async () => {
    const ann = await Person.register(natter, 'ann');
    const { id: room } = await ann.createRoom();
    const socket = await ann.connect();
    await natter.stack.halt('auth-1');
    expect((await socket.say(room, 'still here')).type).toBe('ack');
    expect((await ann.api.post(`/api/rooms/${room}/messages`, { body: 'by REST too' })).status).toBe(201);
    expect((await ann.api.get(`/api/rooms/${room}/messages`)).status).toBe(200);
    socket.close();
    const login = await natter.api.post<Problem>('/api/auth/login', { login: ann.username, password: ann.password });
    expect([login.status, login.body.code]).toEqual([503, 'unavailable']);
  });

  it('the room-service, asleep, does not do later what somebody gave up asking for', async () => {
    const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
    const { id: room } = await ann.createRoom();
    await natter.stack.kill('room-1', 'SIGSTOP');
    const given = await ben.api.post<Problem>(`/api/rooms/${room}/join`);
    expect(given.status).toBe(503);
    await sleep(SLEPT_MS);
    await natter.stack.kill('room-1', 'SIGCONT');
    await until('the room-service answers again', async () => {
      return (await ann.api.get(`/api/rooms/${room}`)).status === 200;
    });
    // By now what waited has been read: nats-server passes it on in the order in which it came.
    const { body } = await ann.api.get<{ items: { user: { id: string } }[] }>(`/api/rooms/${room}/members`);
    expect(body.items.map(({ user }) => user.id)).toEqual([ann.id]);
    await ben.join(room);
  });

  it('the room-service, people register, and are known to it once it is back', async () => {
    const ann = await Person.register(natter, 'ann');
    await natter.stack.halt('room-1');
    const ben = await Person.register(natter, 'ben');
    natter.stack.start('room-1');
    await natter.stack.whenReady('room-1');
    const { id: room } = await ann.createRoom();
    await until('ben can be added', async () => {
      await ben.join(room);
      const { body } = await ann.api.get<{ items: { user: { username: string } }[] }>(`/api/rooms/${room}/members`);
      return body.items.some(({ user }) => user.username === ben.username);
    });
  });
});

describe('a gateway that is told to stop', () => {
  it('says bye, lets everybody move without losing a send, and exits 0', async () => {
    const random = seeded(18);
    const door = (): string => random.pick([natter.socketUrl(0), natter.socketUrl(1)]);
    const talk = await Talk.begin({ system: natter, random, people: 8, rooms: 2, door });
    const drain = async (): Promise<void> => {
      for (const gateway of ['ws-1', 'ws-2']) {
        const answered = talk.answered;
        await until('there is talk', () => talk.answered > answered + 100);
        const from = natter.log.length;
        await natter.stack.kill(gateway, 'SIGTERM');
        const said = await until(
          'it has ended',
          () => natter.log.slice(from).find(({ text }) => text.startsWith(`${gateway} died`)),
          30_000,
        );
        expect(said.text).toContain('(exit 0)');
        await natter.stack.whenReady(gateway);
      }
    };
    let isDrained = false;
    const drained = drain().finally(() => {
      isDrained = true;
    });
    await Promise.all([talk.write(() => isDrained), drained]);
    expect(await talk.findings()).toEqual([]);
    const closes = talk.history.facts.flatMap((fact) => (fact.kind === 'closed' ? [fact.code] : []));
    expect(closes.length).toBeGreaterThanOrEqual(8);
    expect(new Set(closes)).toEqual(new Set([4503]));
    await talk.end();
  });
});

describe('under load', () => {
  it('PostgreSQL is killed, recovers, and has kept every message it acknowledged', async () => {
    const random = seeded(19);
    const door = (): string => random.pick([natter.socketUrl(0), natter.socketUrl(1)]);
    const talk = await Talk.begin({ system: natter, random, people: 6, rooms: 3, door });
    const crash = async (): Promise<void> => {
      await until('there is talk', () => talk.answered > 200);
      await natter.crash('postgres');
    };
    await Promise.all([talk.say(800), crash()]);
    expect(await talk.findings()).toEqual([]);
    await talk.end();
  });
});
