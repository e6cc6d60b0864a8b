// What is for administrators: who gets in, what is asked of whom, and what is shown when somebody is silent.
import { randomUUID } from 'node:crypto';
import { createReset, listAudit, listUsers, patchUser } from '@natter/contracts/admin';
import { getAccount, getOwnUsers, patchAccount, resetPassword } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { getQueuedBytes, listAllConnections } from '@natter/contracts/sessions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Call, callAs, startTestGateway, type TestGateway } from '../testing/test-gateway.js';

let gateway: TestGateway;
const [admin, plain, target] = [randomUUID(), randomUUID(), randomUUID()];
let asAdmin: Call;
let asPlain: Call;

beforeAll(async () => {
  gateway = await startTestGateway();
  [asAdmin, asPlain] = [callAs(gateway, admin), callAs(gateway, plain)];
  const { services } = gateway;
  services.answer(getAccount, ({ actor }) => ({ user: { id: actor, admin: actor === admin } }));
  for (const call of [listUsers, listAudit]) services.answer(call, () => ({ items: [], next: null }));
  services.answer(patchUser, (request) => ({ user: { id: request['target'] } }));
  services.answer(createReset, () => ({ token: 'secret', expires_at: '2026-01-01T00:00:00.000Z' }));
  services.answer(resetPassword, () => ({}));
  services.answer(patchAccount, ({ actor }) => ({ user: { id: actor } }));
});
afterAll(() => gateway.stop());

describe('everything under /api/admin', () => {
  it('is 403 for everybody but administrators, whatever else is wrong, and 401 for nobody', async () => {
    const calls: [string, string, object?][] = [
      ['GET', 'admin/users'],
      ['GET', 'admin/users?limit=x'],
      ['PATCH', `admin/users/${target}`, { admin: true }],
      ['PATCH', 'admin/users/nobody', { admin: 'yes' }],
      ['POST', `admin/users/${target}/reset`],
      ['GET', 'admin/connections'],
      ['GET', 'admin/audit'],
    ];
    for (const [method, path, body] of calls) {
      expect(await asPlain(method, path, body)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
      expect((await asAdmin(method, path, body, { authorization: 'Bearer none' })).status).toBe(401);
    }
    expect(gateway.services.of(patchUser)).toEqual([]);
  });

  it('is 503 while the auth-service is away: nobody is trusted meanwhile', async () => {
    gateway.services.away(getAccount);
    expect((await asAdmin('GET', 'admin/audit')).status).toBe(503);
    gateway.services.answer(getAccount, ({ actor }) => ({ user: { id: actor, admin: actor === admin } }));
  });
});

describe('accounts', () => {
  it('are found, changed and reset, by whom and from where', async () => {
    expect((await asAdmin('GET', 'admin/users?q=zo%C3%AB&limit=7')).status).toBe(200);
    expect(gateway.services.of(listUsers).at(-1)).toEqual({ actor: admin, q: 'zoë', limit: 7 });
    const change = { permissions: ['create_room'], disabled: true };
    expect(await asAdmin('PATCH', `admin/users/${target}`, change)).toMatchObject({
      status: 200,
      body: { user: { id: target } },
    });
    const by = { actor: admin, session: expect.any(String) as string, origin: { ip: '127.0.0.1', user_agent: 'node' } };
    expect(gateway.services.of(patchUser).at(-1)).toEqual({ ...change, ...by, target });
    expect(await asAdmin('POST', `admin/users/${target}/reset`)).toMatchObject({
      status: 201,
      body: { token: 'secret' },
    });
    expect(gateway.services.of(createReset).at(-1)).toEqual({ ...by, target });
    expect((await asAdmin('GET', `admin/audit?kind=grants&user=${target}`)).status).toBe(200);
    expect(gateway.services.of(listAudit).at(-1)).toEqual({ actor: admin, kind: 'grants', user: target, limit: 50 });
  });

  it.each([
    ['PATCH', 'users/', { permissions: ['fly'] }, 422],
    ['PATCH', 'users/', { permissions: 'create_room' }, 400],
    ['PATCH', 'users/', { disabled: 1 }, 400],
    ['PATCH', 'users/x', {}, 404],
    ['GET', 'audit?kind=secrets', undefined, 422],
    ['GET', 'audit?user=me', undefined, 422],
    ['GET', `users?q=${'x'.repeat(101)}`, undefined, 422],
    ['DELETE', 'users/', undefined, 405],
  ])('are guarded at the edge: %s %s %j', async (method, path, body, status) => {
    const whole = path === 'users/' ? `users/${target}` : path;
    expect((await asAdmin(method, `admin/${whole}`, body)).status).toBe(status);
  });
});

describe('live connections', () => {
  const since = '2026-01-01T00:00:00.000Z';
  const connection = (id: string, gatewayId: string, user = target) => ({
    id,
    user,
    session: randomUUID(),
    gateway: gatewayId,
    since,
  });

  it('show whose they are and what waits in them; a gateway that is silent leaves its numbers out', async () => {
    const items = [connection('a', 'ws-1'), connection('b', 'ws-1'), connection('c', 'ws-2')];
    gateway.services.answer(listAllConnections, () => ({ items, next: 'more' }));
    gateway.services.answer(getQueuedBytes('ws-1'), () => ({ queued: { a: 7 } }));
    const { status, body } = await asAdmin('GET', `admin/connections?limit=3&user=${target}`);
    expect([status, body['next']]).toEqual([200, 'more']);
    expect(gateway.services.of(listAllConnections).at(-1)).toEqual({ limit: 3, user: target });
    expect(gateway.services.of(getQueuedBytes('ws-1'))).toEqual([{ connections: ['a', 'b'] }]);
    const queued = (body['items'] as { queued_bytes: number | null }[]).map((item) => item.queued_bytes);
    expect(queued).toEqual([7, null, null]);
    expect((body['items'] as object[])[0]).toMatchObject({ id: 'a', user: { id: target }, gateway: 'ws-1', since });
  });

  it('of an account that is gone meanwhile are left out', async () => {
    const items = [connection('a', 'ws-1', plain), connection('b', 'ws-1')];
    gateway.services.answer(listAllConnections, () => ({ items, next: null }));
    gateway.services.answer(getOwnUsers, ({ users }) => ({
      users: (users as string[]).filter((id) => id !== plain).map((id) => ({ id, username: 'x', disabled: false })),
    }));
    const { body } = await asAdmin('GET', 'admin/connections');
    expect((body['items'] as { id: string }[]).map(({ id }) => id)).toEqual(['b']);
  });
});

describe('one’s own account', () => {
  it('is changed by name, by email with the password, and cleaned at the edge', async () => {
    expect((await asPlain('PATCH', 'auth/me', { display_name: ' Ann\t A. ', avatar: null })).status).toBe(200);
    expect(gateway.services.of(patchAccount).at(-1)).toMatchObject({
      actor: plain,
      display_name: 'Ann A.',
      avatar: null,
    });
    for (const [body, status] of [
      [{ display_name: '' }, 422],
      [{ display_name: 'x'.repeat(65) }, 422],
      [{ display_name: 5 }, 400],
      [{ email: 'nobody' }, 422],
      [{ avatar: 7 }, 400],
    ] as const)
      expect((await asPlain('PATCH', 'auth/me', body)).status).toBe(status);
  });
});

describe('a password reset', () => {
  it('needs no sign-in, and a password of the usual length', async () => {
    const reset = (body: object) =>
      fetch(`${gateway.url}/api/auth/reset`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect((await reset({ token: 't', new: 'long enough' })).status).toBe(204);
    expect(gateway.services.of(resetPassword)).toMatchObject([{ token: 't', new: 'long enough' }]);
    const short = await reset({ token: 't', new: 'short' });
    expect([short.status, ((await short.json()) as { code: string }).code]).toEqual([422, 'weak_password']);
    expect((await reset({ new: 'long enough' })).status).toBe(400);
    gateway.services.answer(resetPassword, () => {
      throw new NatterError('invalid_credentials');
    });
    expect((await reset({ token: 't', new: 'long enough' })).status).toBe(401);
  });
});
