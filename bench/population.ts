// Signed-in users in rooms, on sockets that are spread over the ws-gateways: what every scenario starts from.
import { randomUUID } from 'node:crypto';
import type { ServerFrame } from '@natter/contracts/frames';
import { WebSocket } from 'ws';

const openTimeoutMs = 15_000;
const signUpsAtOnce = 8;

export interface Person {
  id: string;
  token: string;
}

/** A socket past its `ready`. `onFrame` is set by the scenario. */
export interface Client {
  socket: WebSocket;
  person: Person;
  room: string;
  onFrame: (frame: ServerFrame) => void;
}

/** While the server says that it has enough to do (hashing passwords, mostly), asks again; gives up after 30 tries. */
async function post<Reply>(url: string, path: string, body: object, token?: string, tries = 30): Promise<Reply> {
  const response = await send(url, path, body, token);
  if ([429, 503].includes(response.status) && tries > 0) {
    await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 800));
    return post(url, path, body, token, tries - 1);
  }
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Reply;
}

const send = (url: string, path: string, body: object, token?: string): Promise<Response> =>
  fetch(`${url}/api${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });

async function register(url: string): Promise<Person> {
  const username = `b${randomUUID().slice(0, 12)}`;
  const password = randomUUID();
  await post(url, '/auth/register', { email: `${username}@example.org`, username, password });
  const { user, access_token } = await post<{ user: { id: string }; access_token: string }>(url, '/auth/login', {
    login: username,
    password,
    token: true,
  });
  return { id: user.id, token: access_token };
}

/** Signs up so many, a few at a time: hashing their passwords is what takes time. */
export async function registerAll(url: string, count: number): Promise<Person[]> {
  const people: Person[] = [];
  while (people.length < count) {
    const group = Math.min(signUpsAtOnce, count - people.length);
    people.push(...(await Promise.all(Array.from({ length: group }, () => register(url)))));
  }
  return people;
}

/** A new room with these people in it; the first owns it. @returns its id */
export async function createRoom(url: string, [owner, ...others]: Person[]): Promise<string> {
  if (owner === undefined) throw new Error('a room needs somebody');
  const { room } = await post<{ room: { id: string } }>(
    url,
    '/rooms',
    { name: `b${randomUUID().slice(0, 12)}` },
    owner.token,
  );
  for (const { token } of others) await post(url, `/rooms/${room.id}/join`, {}, token);
  return room.id;
}

export function connect(wsUrl: string, person: Person, room: string): Promise<Client> {
  const socket = new WebSocket(wsUrl, 'natter.v1', {
    headers: { authorization: `Bearer ${person.token}` },
    perMessageDeflate: false,
    handshakeTimeout: openTimeoutMs,
  });
  const client: Client = { socket, person, room, onFrame: () => undefined };
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => socket.send('{"type":"hello","client":"bench"}'));
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as ServerFrame;
      if (frame.type === 'synced') resolve(client);
      else client.onFrame(frame);
    });
  });
}
