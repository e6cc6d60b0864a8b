// Sign-in sessions: refreshed by rotation, seen in a list, and when ended then ended everywhere (P13).
import { limits } from '@natter/contracts/limits';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Answer, Problem } from './harness/api.js';
import { BrowserApi } from './harness/cookie-jar.js';
import { Person, type Tokens } from './harness/person.js';
import { RawSocket, UpgradeRefused } from './harness/raw-socket.js';
import { until } from './harness/wait.js';
import { useSystem } from './harness/use-system.js';

interface Session {
  id: string;
  current: boolean;
  ip: string;
  user_agent: string;
  connections: { id: string; gateway: string; since: string }[];
}

const natter = await useSystem();

const refresh = (refreshToken: string): Promise<Answer<Tokens & Problem>> =>
  natter.api.post('/api/auth/refresh', { refresh_token: refreshToken });
const statusOf = async (token: string): Promise<number> => (await natter.api.as(token).get('/api/auth/me')).status;
const refused = (token: string): Promise<number> =>
  until('the token is refused', async () => (await statusOf(token)) === 401 && 401);
const sessionsOf = async (token: string): Promise<Session[]> =>
  (await natter.api.as(token).get<{ items: Session[] }>('/api/auth/sessions')).body.items;
const socketsOf = async (token: string): Promise<RawSocket[]> => {
  const sockets = await Promise.all([0, 1].map((gateway) => RawSocket.open(natter.socketUrl(gateway), { token })));
  for (const socket of sockets) await socket.hello();
  return sockets;
};
const codesOf = (sockets: RawSocket[]): Promise<number[]> =>
  Promise.all(sockets.map(async (socket) => (await socket.end()).code));

describe.concurrent('a refresh', () => {
  it('gives a new pair; the old token is good for ten seconds more, then it ends the whole session', async () => {
    const ann = await Person.register(natter, 'ann');
    const first = ann.tokens.refresh_token;
    const [left, right] = await Promise.all([refresh(first), refresh(first)]);
    expect([left.status, right.status]).toEqual([200, 200]);
    expect(left.body.refresh_token).not.toBe(first);
    for (const { body } of [left, right]) expect(await statusOf(body.access_token)).toBe(200);
    const [socket] = await socketsOf(left.body.access_token);
    await sleep(limits.refreshGraceMs + 1_000); // the promise itself is a time: nothing else can be waited for
    const reused = await refresh(first);
    expect([reused.status, reused.body.code]).toEqual([401, 'session_revoked']);
    await refused(left.body.access_token);
    expect((await refresh(right.body.refresh_token)).status).toBe(401);
    expect((await socket?.end())?.code).toBe(4401);
  });

  it('works by cookie, and sets both anew', async () => {
    const ann = await Person.register(natter, 'ann');
    const browser = new BrowserApi(natter.url);
    await browser.post('/api/auth/login', { login: ann.email, password: ann.password });
    const before = browser.find('natter_refresh')?.value;
    const { status, body } = await browser.post<Tokens>('/api/auth/refresh');
    expect([status, body.user.id, body.refresh_token]).toEqual([200, ann.id, undefined]);
    expect(browser.find('natter_refresh')?.value).not.toBe(before);
    expect((await browser.get('/api/auth/me')).status).toBe(200);
  });

  it('with a token nobody was given is refused', async () => {
    const { status, body } = await refresh('nobody-was-given-this');
    expect([status, body.code]).toEqual([401, 'session_revoked']);
  });
});

describe.concurrent('a session', () => {
  it('that logs out takes its tokens and its sockets on every gateway with it, and no other session', async () => {
    const ann = await Person.register(natter, 'ann');
    const other = await ann.signInAgain();
    const sockets = await socketsOf(ann.token);
    const [stays] = await socketsOf(other.access_token);
    expect((await ann.api.post('/api/auth/logout')).status).toBe(204);
    expect(await codesOf(sockets)).toEqual([4401, 4401]);
    expect(sockets.map((socket) => socket.all('bye')[0])).toMatchObject([{ code: 4401 }, { code: 4401 }]);
    await refused(ann.token);
    expect((await refresh(ann.tokens.refresh_token)).status).toBe(401);
    expect([stays?.isOpen, await statusOf(other.access_token)]).toEqual([true, 200]);
    stays?.close();
  });

  it('of a browser that logs out loses its cookies', async () => {
    const ann = await Person.register(natter, 'ann');
    const browser = new BrowserApi(natter.url);
    await browser.post('/api/auth/login', { login: ann.email, password: ann.password });
    expect((await browser.post('/api/auth/logout')).status).toBe(204);
    expect(browser.header).toBe('');
  });

  it('that changes the password ends all others, and the old password is no good', async () => {
    const ann = await Person.register(natter, 'ann');
    const other = await ann.signInAgain();
    const [mine] = await socketsOf(ann.token);
    const others = await socketsOf(other.access_token);
    const change = (old: string, next: string): Promise<Answer<Problem>> =>
      ann.api.post('/api/auth/password', { old, new: next });
    const wrong = await change('not the password', 'a quite new one');
    expect([wrong.status, wrong.body.code]).toEqual([401, 'invalid_credentials']);
    expect((await change(ann.password, 'password123')).body.code).toBe('weak_password');
    expect((await change(ann.password, 'a quite new one')).status).toBe(204);
    expect(await codesOf(others)).toEqual([4401, 4401]);
    await refused(other.access_token);
    expect([mine?.isOpen, await statusOf(ann.token)]).toEqual([true, 200]);
    const login = (password: string): Promise<Answer<Problem>> =>
      natter.api.post('/api/auth/login', { login: ann.username, password });
    expect([(await login(ann.password)).status, (await login('a quite new one')).status]).toEqual([401, 200]);
    mine?.close();
  });

  it('stands in the list with its connections, which go when they close', async () => {
    const ann = await Person.register(natter, 'ann');
    const sockets = await socketsOf(ann.token);
    const connections = async (): Promise<Session['connections']> =>
      (await sessionsOf(ann.token))[0]?.connections ?? [];
    const listed = await until('both sockets are listed', async () => {
      const found = await connections();
      return found.length === 2 && found;
    });
    expect(listed.map(({ gateway }) => gateway).sort()).toEqual(['ws-1', 'ws-2']);
    const ids = sockets.map((socket) => socket.all('ready')[0]?.connection).sort();
    expect(listed.map(({ id }) => id).sort()).toEqual(ids);
    const [session] = await sessionsOf(ann.token);
    expect(session).toMatchObject({ current: true, id: sockets[0]?.all('ready')[0]?.session });
    for (const socket of sockets) socket.close();
    await until('none is listed', async () => (await connections()).length === 0);
  });

  it('is ended from another one, alone or with all others', async () => {
    const ann = await Person.register(natter, 'ann');
    const [second, third] = [await ann.signInAgain(), await ann.signInAgain()];
    const sockets = await socketsOf(second.access_token);
    const target = (await sessionsOf(second.access_token)).find(({ current }) => current)?.id;
    expect((await ann.api.delete(`/api/auth/sessions/${target}`)).status).toBe(204);
    expect(await codesOf(sockets)).toEqual([4401, 4401]);
    await refused(second.access_token);
    expect(await statusOf(third.access_token)).toBe(200);
    expect((await ann.api.delete('/api/auth/sessions')).status).toBe(204);
    await refused(third.access_token);
    expect((await sessionsOf(ann.token)).map(({ current }) => current)).toEqual([true]);
  });

  it('of somebody else cannot be ended, nor told from one that does not exist', async () => {
    const [ann, ben] = await Person.several(natter, ['ann', 'ben']);
    const target = (await sessionsOf(ben.token))[0]?.id;
    const { status, body } = await ann.api.delete<Problem>(`/api/auth/sessions/${target}`);
    expect([status, body.code]).toEqual([404, 'not_found']);
    expect(await statusOf(ben.token)).toBe(200);
  });
});

describe.concurrent('a ticket', () => {
  const ticketOf = async (person: Person): Promise<string> => {
    const { status, body } = await person.api.post<{ ticket: string; expires_in: number }>('/api/auth/ws-ticket');
    expect([status, body.expires_in]).toEqual([201, 30]);
    return body.ticket;
  };

  it('opens one socket, once', async () => {
    const ann = await Person.register(natter, 'ann');
    const ticket = await ticketOf(ann);
    const socket = await RawSocket.open(natter.socketUrl(0), { ticket });
    expect((await socket.hello()).user).toMatchObject({ id: ann.id });
    const again = RawSocket.open(natter.socketUrl(1), { ticket });
    await expect(again).rejects.toMatchObject({ status: 401 } satisfies Partial<UpgradeRefused>);
    socket.close();
  });

  it('opens one socket when two come at once', async () => {
    const ann = await Person.register(natter, 'ann');
    const ticket = await ticketOf(ann);
    const opened = await Promise.allSettled([0, 1].map((door) => RawSocket.open(natter.socketUrl(door), { ticket })));
    expect(opened.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    for (const result of opened) if (result.status === 'fulfilled') result.value.close();
  });

  it('opens none after its session has ended', async () => {
    const ann = await Person.register(natter, 'ann');
    const ticket = await ticketOf(ann);
    await ann.api.post('/api/auth/logout');
    await expect(RawSocket.open(natter.socketUrl(0), { ticket })).rejects.toMatchObject({ status: 401 });
  });
});
