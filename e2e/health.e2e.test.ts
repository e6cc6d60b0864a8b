// What an operator looks at: alive, ready, what is missing, and numbers, which are nobody else's business.
import { afterEach, describe, expect, it } from 'vitest';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

const natter = await useSystem();
const services = ['auth-1', 'room-1', 'session-1', 'notification-1', 'ws-1', 'ws-2', 'gateway-1'];

interface Readiness {
  checks: Record<string, string>;
}

/** What a part says on its internal port. */
async function look(part: string, path: string): Promise<{ status: number; text: string }> {
  const response = await fetch(`${await natter.healthUrl(part)}${path}`);
  return { status: response.status, text: await response.text() };
}
/** The checks that fail at a part, while there are any. */
async function missing(part: string): Promise<string[]> {
  const { status, text } = await look(part, '/readyz');
  const checks = Object.entries((JSON.parse(text) as Readiness).checks);
  return status === 503 ? checks.filter(([, state]) => state !== 'ok').map(([name]) => name) : [];
}

describe('a part that is well', () => {
  it.each(services)('says so: %s', async (part) => {
    expect((await look(part, '/healthz')).status).toBe(200);
    // Just after the start a part may find that another has begun anew, and reads what it had read of it again.
    await until('it is ready', async () => {
      const { status, text } = await look(part, '/readyz');
      const { checks } = JSON.parse(text) as Readiness;
      return status === 200 && Object.values(checks).every((state) => state === 'ok');
    });
  });

  it.each(services)('shows numbers on its internal port: %s', async (part) => {
    const { status, text } = await look(part, '/metrics');
    expect(status).toBe(200);
    expect(text).toMatch(/^# TYPE process_cpu_/m);
  });
});

describe('the front door', () => {
  it('says alive and ready without a sign-in, and shows no numbers', async () => {
    expect((await natter.api.get('/healthz')).status).toBe(200);
    expect((await natter.api.get<Readiness>('/readyz')).status).toBe(200);
    expect((await natter.api.get('/metrics')).text).not.toContain('# TYPE');
  });
});

describe('a part that lacks another', () => {
  afterEach(async () => {
    for (const { name, state } of natter.stack.parts) if (state === 'down') natter.stack.start(name);
    await natter.stack.waitReady();
  });

  it.each([
    ['postgres', 'auth-1', /postgres|database/],
    ['postgres', 'room-1', /postgres|database/],
    ['nats', 'ws-1', /nats/],
    ['nats', 'gateway-1', /nats/],
  ])('names what is away: without %s, at %s', async (away, part, name) => {
    await natter.stack.halt(away);
    await until(`${part} misses it`, async () => (await missing(part)).some((check) => name.test(check)));
    expect((await look(part, '/healthz')).status).toBe(200);
  });

  it.each([
    ['auth-1', 'auth'],
    ['room-1', 'rooms'],
    ['session-1', 'sessions'],
    ['notification-1', 'notifications'],
    ['nats', 'nats'],
  ])('is named at the front door while %s is away, and no longer once it is back', async (away, name) => {
    await natter.stack.halt(away);
    const { checks } = await until('it is noticed', async () => {
      const { status, body } = await natter.api.get<Readiness>('/readyz');
      return status === 503 && body;
    });
    expect(checks[name]).not.toBe('ok');
    expect((await natter.api.get('/healthz')).status).toBe(200);
    natter.stack.start(away);
    await until('it is well again', async () => (await natter.api.get('/readyz')).status === 200);
  });
});
