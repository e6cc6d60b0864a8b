// Limits are walls (P20): with the rates of a real installation, each has its answer, and whoever keeps to them notices nothing.
import { randomUUID } from 'node:crypto';
import { limits } from '@natter/contracts/limits';
import { describe, expect, it } from 'vitest';
import type { Answer, Problem } from './harness/api.js';
import { freshName, Person } from './harness/person.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

// Believes what this test says about where it comes from, so that each test may come from an address of its own.
const natter = await useSystem({ env: { NATTER_RATE_FACTOR: '1', NATTER_TRUSTED_PROXIES: '127.0.0.1' } });
const [ann, ben, carl] = await Person.several(natter, ['ann', 'ben', 'carl']);

const from = (address: string): { 'x-forwarded-for': string } => ({ 'x-forwarded-for': address });
const expectLimited = ({ status, body, headers }: Answer<Problem>): void => {
  expect([status, body.code]).toEqual([429, 'rate_limited']);
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
};

describe('guessing a password', () => {
  const login = (address: string, password: string): Promise<Answer<Problem>> =>
    natter.api.with(from(address)).post('/api/auth/login', { login: ann.username, password });

  it('is over after five failures from one address, and nobody else notices', async () => {
    for (let n = 0; n < limits.loginFailures; n += 1) {
      const { status, body } = await login('203.0.113.1', `guess ${n}`);
      expect([status, body.code]).toEqual([401, 'invalid_credentials']);
    }
    expectLimited(await login('203.0.113.1', 'another guess'));
    expectLimited(await login('203.0.113.1', ann.password));
    expect((await login('203.0.113.2', ann.password)).status).toBe(200);
    expect((await ann.api.get('/api/auth/me')).status).toBe(200);
  });
});

describe('registering', () => {
  it('is open to ten an hour from one address', async () => {
    const register = (address: string): Promise<Answer<Problem>> => {
      const username = freshName('many');
      const body = { username, email: `${username}@example.org`, password: 'a long enough one' };
      return natter.api.with(from(address)).post('/api/auth/register', body);
    };
    for (let n = 0; n < limits.registrationsPerHour; n += 1) expect((await register('203.0.113.3')).status).toBe(201);
    expectLimited(await register('203.0.113.3'));
    expect((await register('203.0.113.4')).status).toBe(201);
  });
});

describe('requests', () => {
  it('of one user are answered 429 above the burst, and those of another are not', async () => {
    const calls = Array.from({ length: limits.httpBurst + 150 }, () => ben.api.get<Problem>('/api/auth/me'));
    const answers = await Promise.all(calls);
    const limited = answers.filter(({ status }) => status !== 200);
    expect(answers.length - limited.length).toBeGreaterThanOrEqual(limits.httpBurst);
    expect(limited.length).toBeGreaterThan(0);
    for (const answer of limited) expectLimited(answer);
    expect((await carl.api.get('/api/auth/me')).status).toBe(200);
  });
});

describe('sends', () => {
  it('above the burst are refused, not stored, and may be sent again later', async () => {
    const room = await carl.createRoom();
    const socket = await carl.connect();
    const ids = Array.from({ length: limits.send_burst + 20 }, () => randomUUID());
    for (const id of ids) socket.send({ type: 'send', id, room: room.id, body: id });
    await until('all are answered', () => socket.all('ack').length + socket.all('error').length === ids.length);
    const refused = socket.all('error');
    expect(socket.all('ack').length).toBeGreaterThanOrEqual(limits.send_burst);
    for (const error of refused) expect(error).toMatchObject({ code: 'rate_limited', outcome: 'refused' });
    expect(refused.length).toBeGreaterThan(0);
    const id = refused[0]?.id ?? '';
    const ack = await until(
      'the refused one is taken',
      async () => {
        const answer = await socket.say(room.id, id, id);
        return answer.type === 'ack' && answer;
      },
      undefined,
      refused[0]?.retry_after_ms,
    );
    expect(ack.dup).toBeUndefined();
    socket.close();
  });

  it('that go on through rate_limited end the connection with 4429, and no other one', async () => {
    const room = await carl.createRoom();
    const [flooding, bystander] = [await carl.open(0), await ann.connect(0)];
    await flooding.hello();
    const flood = setInterval(() => {
      for (let n = 0; n < 50 && flooding.isOpen; n += 1)
        flooding.send({ type: 'send', id: randomUUID(), room: room.id, body: 'flood' });
    }, 100);
    const { code } = await flooding.end().finally(() => clearInterval(flood));
    expect(code).toBe(4429);
    expect(flooding.all('bye')).toMatchObject([{ code: 4429, reconnect: true }]);
    expect(await bystander.ask({ type: 'ping', id: 'p' })).toMatchObject({ type: 'pong' });
    bystander.close();
  });
});
