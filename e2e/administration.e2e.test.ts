// Administration: what is granted, taken, disabled or reset is so everywhere, on open sockets too, through a crash (P13); and written down.
import type { AdminConnection, AdminUser, AuditEntry } from '@natter/contracts/admin';
import type { Permission } from '@natter/contracts/events';
import { describe, expect, it } from 'vitest';
import type { Answer, Api, Problem } from './harness/api.js';
import { freshName, Person, signIn } from './harness/person.js';
import { RawSocket, UpgradeRefused } from './harness/raw-socket.js';
import { useSystem } from './harness/use-system.js';
import { until } from './harness/wait.js';

const root = { username: 'root', password: 'the root of all llamas' };
const natter = await useSystem({
  env: { NATTER_ADMIN_USERNAME: root.username, NATTER_ADMIN_PASSWORD: root.password },
});
const rootTokens = await signIn(natter.api, root.username, root.password);
const admin: Api = natter.api.as(rootTokens.access_token);

const patch = (id: string, body: object): Promise<Answer<{ user: AdminUser } & Problem>> =>
  admin.patch(`/api/admin/users/${id}`, body);
const found = async (q: string): Promise<AdminUser[]> =>
  (await admin.get<{ items: AdminUser[] }>(`/api/admin/users?q=${encodeURIComponent(q)}`)).body.items;
const trailOf = async (id: string): Promise<AuditEntry[]> =>
  (await admin.get<{ items: AuditEntry[] }>(`/api/admin/audit?user=${id}`)).body.items;
const mayCreate = async (person: Person): Promise<number> =>
  (await person.api.post('/api/rooms', { name: freshName('room') })).status;
const upgradeStatus = (token: string, gateway: number): Promise<number> =>
  RawSocket.open(natter.socketUrl(gateway), { token }).then(
    (socket) => {
      socket.close();
      return 101;
    },
    (error: unknown) => (error instanceof UpgradeRefused ? error.status : Promise.reject(error)),
  );
/** The grants that a socket was told last. */
const toldGrants = (socket: RawSocket): Permission[] =>
  (socket.all('user').at(-1)?.user ?? socket.all('ready')[0]?.user)?.permissions ?? [];

describe.concurrent('a grant', () => {
  it('that is taken is gone on open sockets and in the rooms, and given back is there again', async () => {
    const ann = await Person.register(natter, 'ann');
    const sockets = [await ann.connect(0), await ann.connect(1)];
    expect(await mayCreate(ann)).toBe(201);
    const { status, body } = await patch(ann.id, { permissions: ['send_files'] });
    expect([status, body.user.permissions]).toEqual([200, ['send_files']]);
    for (const socket of sockets) {
      const { user } = await socket.next('user', (frame) => !frame.user.permissions.includes('create_room'));
      expect(user).toMatchObject({ id: ann.id, username: ann.username, permissions: ['send_files'] });
    }
    await until('creating is refused', async () => (await mayCreate(ann)) === 403);
    expect((await ann.api.get<{ user: AdminUser }>('/api/auth/me')).body.user.permissions).toEqual(['send_files']);
    await patch(ann.id, { permissions: ['create_room'] });
    for (const socket of sockets) await socket.next('user', (frame) => frame.user.permissions.includes('create_room'));
    await until('creating works again', async () => (await mayCreate(ann)) === 201);
    for (const socket of sockets) socket.close();
  });

  it('is nobody’s to give but an administrator’s, who is one as long as the last look says so', async () => {
    const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
    const attempt = (): Promise<Answer<Problem>> => ann.api.patch(`/api/admin/users/${ben.id}`, { permissions: [] });
    expect(await attempt()).toMatchObject({ status: 403, body: { code: 'forbidden' } });
    for (const path of ['users', 'connections', 'audit'])
      expect((await ann.api.get(`/api/admin/${path}`)).status).toBe(403);
    expect((await ann.api.post(`/api/admin/users/${ben.id}/reset`)).status).toBe(403);
    expect((await patch(ann.id, { admin: true })).body.user.admin).toBe(true);
    expect((await attempt()).status).toBe(200);
    expect((await patch(ann.id, { admin: false })).status).toBe(200);
    expect((await attempt()).status).toBe(403);
    expect(await found(ben.username)).toMatchObject([{ permissions: [], email: ben.email }]);
  });
});

describe.concurrent('a disabled account', () => {
  it('is out everywhere: sockets, tokens, upgrades, sign-in; and in again by a new sign-in once enabled', async () => {
    const ann = await Person.register(natter, 'ann');
    const second = await ann.signInAgain();
    const sockets = [await ann.connect(0), await ann.connect(1), await ann.connect('front')];
    expect((await patch(ann.id, { disabled: true })).body.user.disabled).toBe(true);
    for (const socket of sockets) {
      expect((await socket.end()).code).toBe(4403);
      expect(socket.all('bye')).toMatchObject([{ code: 4403, reconnect: false }]);
    }
    for (const token of [ann.token, second.access_token]) {
      await until('the token is refused', async () => (await natter.api.as(token).get('/api/rooms')).status === 403);
      for (const gateway of [0, 1])
        await until('no socket opens', async () => (await upgradeStatus(token, gateway)) === 403);
    }
    const login = (): Promise<Answer<Problem>> =>
      natter.api.post('/api/auth/login', { login: ann.username, password: ann.password });
    expect(await login()).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    const { refresh_token } = second;
    expect((await natter.api.post('/api/auth/refresh', { refresh_token })).status).toBe(401);

    expect((await patch(ann.id, { disabled: false })).body.user.disabled).toBe(false);
    const fresh = await ann.signInAgain();
    await until('the new token works', async () => (await upgradeStatus(fresh.access_token, 0)) === 101);
    await until('it works at the other', async () => (await upgradeStatus(fresh.access_token, 1)) === 101);
    expect((await natter.api.as(fresh.access_token).get('/api/rooms')).status).toBe(200);
    expect((await natter.api.as(ann.token).get('/api/rooms')).status).toBe(401);
  });
});

describe.concurrent('names', () => {
  it('that are changed are shown in member lists and on one’s own sockets', async () => {
    const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
    const room = await ann.createRoom();
    await ben.join(room.id);
    const socket = await ann.connect(1);
    const { status } = await ann.api.patch('/api/auth/me', { display_name: ' Ann  of the Llamas ' });
    expect(status).toBe(200);
    await socket.next('user', ({ user }) => user.display_name === 'Ann of the Llamas');
    const names = async (): Promise<string[]> => {
      const path = `/api/rooms/${room.id}/members`;
      const { body } = await ben.api.get<{ items: { user: { display_name: string } }[] }>(path);
      return body.items.map(({ user }) => user.display_name);
    };
    await until('ben sees it', async () => (await names()).includes('Ann of the Llamas'));
    socket.close();
  });

  it('and addresses need the password, and tell no more of others than a registration does', async () => {
    const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
    const email = `${freshName('new')}@example.org`;
    const change = (body: object): Promise<Answer<Problem>> => ann.api.patch('/api/auth/me', body);
    expect(await change({ email })).toMatchObject({ status: 400, body: { errors: [{ field: 'password' }] } });
    expect((await change({ email, password: 'not it' })).body.code).toBe('invalid_credentials');
    const taken = await change({ email: ben.email, password: ann.password });
    expect([taken.status, taken.body.code, taken.body.errors]).toEqual([409, 'account_exists', undefined]);
    expect((await change({ email, password: ann.password })).status).toBe(200);
    expect((await signIn(natter.api, email.toUpperCase(), ann.password)).user.id).toBe(ann.id);
  });
});

describe.concurrent('a password reset', () => {
  it('lets in who has the token, once, and ends what was open', async () => {
    const ann = await Person.register(natter, 'ann');
    const socket = await ann.connect(0);
    const made = await admin.post<{ token: string; expires_at: string }>(`/api/admin/users/${ann.id}/reset`);
    expect(made.status).toBe(201);
    expect(new Date(made.body.expires_at).getTime()).toBeGreaterThan(Date.now());
    const reset = (next: string, token = made.body.token): Promise<Answer<Problem>> =>
      natter.api.post('/api/auth/reset', { token, new: next });
    expect(await reset('a new password', 'wrong')).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials' },
    });
    expect((await reset('password123')).body.code).toBe('weak_password');
    expect((await reset('a new password')).status).toBe(204);
    expect((await socket.end()).code).toBe(4401);
    await until('the old token is refused', async () => (await ann.api.get('/api/auth/me')).status === 401);
    expect((await reset('another password')).status).toBe(401);
    expect((await signIn(natter.api, ann.username, 'a new password')).user.id).toBe(ann.id);
    await expect(signIn(natter.api, ann.username, ann.password)).rejects.toThrow('401');
  });
});

describe.concurrent('live connections', () => {
  it('are listed with whose they are and what waits in them, and go when they close', async () => {
    const ann = await Person.register(natter, 'ann');
    const sockets = [await ann.connect(0), await ann.connect(1)];
    const listed = async (): Promise<AdminConnection[]> =>
      (await admin.get<{ items: AdminConnection[] }>(`/api/admin/connections?user=${ann.id}`)).body.items;
    const items = await until('both are listed', async () => {
      const now = await listed();
      return now.length === 2 && now;
    });
    expect(items.map(({ gateway, queued_bytes }) => [gateway, queued_bytes])).toEqual([
      ['ws-1', 0],
      ['ws-2', 0],
    ]);
    expect(items.map(({ id }) => id)).toEqual(sockets.map((socket) => socket.all('ready')[0]?.connection));
    expect(items[0]).toMatchObject({ user: { id: ann.id, username: ann.username, display_name: ann.username } });
    expect(items[0]?.session).toBe(sockets[0]?.all('ready')[0]?.session);
    for (const socket of sockets) socket.close();
    await until('none is listed', async () => (await listed()).length === 0);
  });

  it('are paged over all gateways', async () => {
    const ann = await Person.register(natter, 'ann');
    const sockets = await Promise.all([0, 1, 0, 1, 0].map((gateway) => ann.connect(gateway)));
    const pages = async (): Promise<string[]> => {
      const seen: string[] = [];
      for (let cursor = ''; ; ) {
        const path = `/api/admin/connections?user=${ann.id}&limit=2&cursor=${cursor}`;
        const { body } = await admin.get<{ items: AdminConnection[]; next: string | null }>(path);
        seen.push(...body.items.map(({ id }) => id));
        if (body.next === null) return seen;
        cursor = body.next;
      }
    };
    const ids = sockets.map((socket) => socket.all('ready')[0]?.connection ?? '');
    await until('all are listed, each once', async () => (await pages()).sort().join() === ids.sort().join());
    for (const socket of sockets) socket.close();
  });
});

describe.concurrent('the audit trail', () => {
  it('tells of sign-ins, refusals and grants, and holds nothing secret', async () => {
    const ann = await Person.register(natter, 'ann');
    await natter.api.post('/api/auth/login', { login: ann.username, password: 'wrong llamas' });
    await patch(ann.id, { permissions: ['create_room'] });
    const { body: made } = await admin.post<{ token: string }>(`/api/admin/users/${ann.id}/reset`);
    await natter.api.post('/api/auth/reset', { token: made.token, new: 'quite a new password' });
    const entries = await trailOf(ann.id);
    expect(entries.map(({ kind, action, by }) => `${kind} ${action} ${by?.username ?? 'nobody'}`)).toEqual([
      `sign_ins session_ended ${ann.username}`,
      `accounts password_reset ${ann.username}`,
      'accounts password_reset_made root',
      'grants grants_changed root',
      'refusals sign_in_refused nobody',
      `sign_ins signed_in ${ann.username}`,
      `sign_ins registered ${ann.username}`,
    ]);
    expect(entries[3]?.details).toEqual({ added: [], removed: ['invite_members', 'remove_members', 'send_files'] });
    const text = JSON.stringify(await natter.query('natter_auth', 'SELECT * FROM audit'));
    for (const secret of ['llamas', made.token, 'quite a new', ann.tokens.refresh_token, ann.email])
      expect(text).not.toContain(secret);
  });

  it('tells who deleted whose message, where and which, but never what it said', async () => {
    const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
    const name = freshName('erased');
    await ann.api.post('/api/rooms', { name });
    await ben.api.post(`/api/rooms/${name}/join`);
    const { body: said } = await ben.api.post<{ room: string; seq: number }>(`/api/rooms/${name}/messages`, {
      body: 'unsaid llamas',
    });
    expect((await ann.api.delete(`/api/rooms/${name}/messages/${said.seq}`)).status).toBe(204);
    const entry = await until('the trail has it', async () =>
      (await trailOf(ben.id)).find(({ kind }) => kind === 'deletions'),
    );
    expect(entry).toMatchObject({
      action: 'message_deleted',
      by: { id: ann.id },
      user: { id: ben.id },
      room: { id: said.room, name },
      details: { seq: said.seq },
    });
    expect(JSON.stringify(await natter.query('natter_auth', 'SELECT * FROM audit'))).not.toContain('unsaid');
  });
});

describe('the last administrator', () => {
  it('can neither be disabled nor become an account like any other', async () => {
    for (const body of [{ admin: false }, { disabled: true }])
      expect(await patch(rootTokens.user.id, body)).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});

describe('when the auth-service is killed', () => {
  it('between the commit of a grant and telling it, it is in force once it is back', async () => {
    const ann = await Person.register(natter, 'ann');
    const sockets = [await ann.connect(0), await ann.connect(1)];
    expect(await mayCreate(ann)).toBe(201);
    await natter.stack.kill('auth-1', 'SIGKILL');
    // What one that dies right after its commit leaves behind.
    await natter.query(
      'natter_auth',
      `WITH changed AS (
         UPDATE users SET permissions = '{send_files}', version = version + 1 WHERE id = $1
         RETURNING id, version)
       INSERT INTO user_copies SELECT id, version, now(), 0, now() FROM changed
       ON CONFLICT (user_id) DO UPDATE SET version = excluded.version`,
      [ann.id],
    );
    await natter.stack.whenReady('auth-1');
    for (const socket of sockets) await socket.next('user', ({ user }) => user.permissions.join() === 'send_files');
    await until('creating is refused', async () => (await mayCreate(ann)) === 403);
    for (const socket of sockets) socket.close();
  });

  it('at any time while grants are changed, sockets and rooms end with what is stored', async () => {
    const ann = await Person.register(natter, 'ann');
    const sockets = [await ann.connect(0), await ann.connect(1)];
    for (let round = 0; round < 4; round++) {
      const permissions = round % 2 === 0 ? [] : ['create_room'];
      const changing = patch(ann.id, { permissions }).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, round * 4));
      await natter.crash('auth-1');
      await changing;
    }
    const stored = await until('the auth-service answers', async () => (await found(ann.username))[0]?.permissions);
    for (const socket of sockets) await until('the socket was told', () => toldGrants(socket).join() === stored.join());
    const expected = stored.includes('create_room') ? 201 : 403;
    await until('rooms follow', async () => (await mayCreate(ann)) === expected);
    for (const socket of sockets) socket.close();
  });

  it('right after disabling somebody, they are out once it is back', async () => {
    const ann = await Person.register(natter, 'ann');
    const socket = await ann.connect(0);
    await natter.stack.kill('auth-1', 'SIGKILL');
    await natter.query(
      'natter_auth',
      `WITH changed AS (
         UPDATE users SET disabled = true, version = version + 1 WHERE id = $1 RETURNING id, version),
       ended AS (UPDATE sessions SET ended_at = now() WHERE user_id = $1)
       INSERT INTO user_copies SELECT id, version, now(), 0, now() FROM changed
       ON CONFLICT (user_id) DO UPDATE SET version = excluded.version`,
      [ann.id],
    );
    await natter.stack.whenReady('auth-1');
    expect((await socket.end()).code).toBe(4403);
    await until('the token is refused', async () => (await ann.api.get('/api/rooms')).status === 403);
  });
});
