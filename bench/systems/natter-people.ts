// Signed-in users of Natter and their rooms, made over its own REST API.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Person {
  id: string;
  token: string;
}

const triesMax = 30;

/** While the server says that it has enough to do (hashing passwords, mostly), asks again; gives up after 30 tries. */
async function post<Reply>(url: string, path: string, body: object, token?: string): Promise<Reply> {
  for (let tries = 1; ; tries++) {
    const response = await fetch(`${url}/api${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
    if (response.ok) return (await response.json()) as Reply;
    const text = await response.text();
    if (![429, 503].includes(response.status) || tries === triesMax)
      throw new Error(`POST ${path}: ${response.status} ${text}`);
    await sleep(200 + Math.random() * 800);
  }
}

/** A new account, signed in. */
export async function register(url: string): Promise<Person> {
  const username = `b${randomUUID().slice(0, 12)}`;
  const password = randomUUID();
  await post(url, '/auth/register', { email: `${username}@example.org`, username, password });
  const login = { login: username, password, token: true };
  const { user, access_token: token } = await post<{ user: { id: string }; access_token: string }>(
    url,
    '/auth/login',
    login,
  );
  return { id: user.id, token };
}

/** @returns its id */
export async function makeRoom(url: string, owner: Person): Promise<string> {
  const { room } = await post<{ room: { id: string } }>(
    url,
    '/rooms',
    { name: `b${randomUUID().slice(0, 12)}` },
    owner.token,
  );
  return room.id;
}

export const joinAs = (url: string, { token }: Person, room: string): Promise<unknown> =>
  post(url, `/rooms/${room}/join`, {}, token);
