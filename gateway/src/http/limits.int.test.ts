// Rates and addresses. One request at once, the next after five seconds, so that a slow machine tells the same.
import { randomUUID } from 'node:crypto';
import { register } from '@natter/contracts/auth';
import { listMyRooms } from '@natter/contracts/rooms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGateway } from '../testing/test-gateway.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ NATTER_RATE_FACTOR: '0.01', NATTER_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' });
  gateway.services.answer(listMyRooms, () => ({ items: [], next: null }));
  gateway.services.answer(register, () => ({ user: {} }));
});
afterAll(() => gateway.stop());

const statuses = async (count: number, headers: Record<string, string>, path = '/api/rooms'): Promise<number[]> => {
  const found: number[] = [];
  for (let n = 0; n < count; n++) found.push((await fetch(gateway.url + path, { headers })).status);
  return found;
};

describe('a user', () => {
  it('who floods is told when to come back, on whatever connection; another is not concerned', async () => {
    const flooder = { authorization: `Bearer ${gateway.token(randomUUID())}`, 'x-forwarded-for': '192.0.2.10' };
    const other = { authorization: `Bearer ${gateway.token(randomUUID())}`, 'x-forwarded-for': '192.0.2.10' };
    expect(await statuses(1, flooder)).toEqual([200]);
    const refused = await fetch(`${gateway.url}/api/rooms`, {
      headers: { ...flooder, 'x-forwarded-for': '192.0.2.11' },
    });
    expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'rate_limited' }]);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await statuses(1, other)).toEqual([200]);
  });

  it('with a wrong token is counted by address, and so is a wrong path', async () => {
    const nobody = { authorization: 'Bearer x.y.z', 'x-forwarded-for': '192.0.2.20' };
    expect(await statuses(1, nobody)).toEqual([401]);
    expect(await statuses(1, nobody, '/api/nope')).toEqual([429]);
    expect(await statuses(1, { 'x-forwarded-for': '192.0.2.20' })).toEqual([429]);
    expect(await statuses(1, { 'x-forwarded-for': '192.0.2.21' })).toEqual([401]);
  });

  it('is not counted for the application or for questions after health', async () => {
    const headers = { 'x-forwarded-for': '192.0.2.30' };
    expect(await statuses(20, headers, '/healthz')).not.toContain(429);
    expect(await statuses(20, headers, '/login')).not.toContain(429);
  });
});

describe('the auth-service', () => {
  it('is told the address a trusted proxy found, and not what the client wrote before it', async () => {
    await fetch(`${gateway.url}/api/auth/register`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'test/1',
        'x-forwarded-for': '1.1.1.1, 192.0.2.40, 10.0.0.5',
      },
      body: JSON.stringify({ email: 'a@b.example', username: 'ann', password: 'long enough' }),
    });
    expect(gateway.services.of(register).at(-1)).toMatchObject({ origin: { ip: '192.0.2.40', user_agent: 'test/1' } });
  });
});
