// `--demo`: fills an empty system the way people would, through the public HTTP API, so that a first look
// shows a chat at work and not a blank page.
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_MESSAGES, DEMO_ROOMS, DEMO_USERS } from './demo-script.js';
import { LaunchError } from './launch-error.js';
import { table } from './status-table.js';

const REQUEST_TIMEOUT_MS = 10_000;
const TRIES = 5;

interface Person {
  readonly username: string;
  readonly password: string;
  readonly id: string;
  readonly token: string;
}

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/**
 * Registers the people, opens the rooms and lets them talk.
 *
 * @param url of the site
 * @param usersFile gets names and passwords, mode 0600; when it exists the system counts as filled
 * @returns a table of who can sign in, or the reason why nothing was done
 */
export async function fillWithDemo(url: string, usersFile: string): Promise<string> {
  if (existsSync(usersFile)) return `The demo is already there; its people are in ${usersFile}.\n`;
  const people = new Map<string, Person>();
  for (const { username, displayName } of DEMO_USERS) {
    const person = await enter(url, username, displayName);
    if (!person) return `This system is not empty (there is already a user ${username}), so the demo was left out.\n`;
    people.set(username, person);
    const known = [...people.values()].map((one) => ({ username: one.username, password: one.password }));
    writeFileSync(usersFile, `${JSON.stringify(known, null, 2)}\n`, { mode: 0o600 });
  }
  await openRooms(url, people);
  await letTalk(url, people);
  const rows = [...people.values()].map(({ username, password }) => [username, password]);
  return `\n  ${DEMO_MESSAGES.length} messages in ${DEMO_ROOMS.length} rooms. Sign in as one of:\n\n${table([['username', 'password'], ...rows])}\n\n`;
}

/** Registers and signs in; null when the name is taken. */
async function enter(url: string, username: string, displayName: string): Promise<Person | null> {
  const password = randomBytes(9).toString('base64url');
  const email = `${username}@example.org`;
  const registered = await call(`${url}/api/auth/register`, 'POST', { email, username, password });
  if (registered.status === 409) return null;
  expectOk(registered, `registering ${username}`);
  const login = await call(`${url}/api/auth/login`, 'POST', { login: username, password, token: true });
  expectOk(login, `signing in ${username}`);
  const token = String(login.body['access_token']);
  // A nicety, so its failure does not matter: without a display name the username stands there.
  await call(`${url}/api/auth/me`, 'PATCH', { display_name: displayName }, token);
  const { id } = login.body['user'] as { id: string };
  return { username, password, id, token };
}

async function openRooms(url: string, people: ReadonlyMap<string, Person>): Promise<void> {
  for (const { name, title, topic, visibility, owner, members } of DEMO_ROOMS) {
    const others = members.filter((member) => member !== owner).map((member) => find(people, member));
    // Into a private room people are invited with its making; into a public one each walks by himself.
    const invited = visibility === 'private' ? others.map(({ id }) => id) : [];
    const request = { name, title, topic, visibility, members: invited };
    expectOk(await call(`${url}/api/rooms`, 'POST', request, find(people, owner).token), `opening ${name}`);
    if (visibility === 'private') continue;
    for (const { username, token } of others) {
      expectOk(await call(`${url}/api/rooms/${name}/join`, 'POST', {}, token), `${username} joining ${name}`);
    }
  }
}

async function letTalk(url: string, people: ReadonlyMap<string, Person>): Promise<void> {
  const said = new Map<string, number[]>();
  for (const { room, by, body, repliesTo, inThreadOf } of DEMO_MESSAGES) {
    const seqs = said.get(room) ?? [];
    said.set(room, seqs);
    const seqOf = (stepsUp: number | undefined) => (stepsUp === undefined ? undefined : seqs.at(-stepsUp));
    const request = { id: randomUUID(), body, reply_to: seqOf(repliesTo), thread: seqOf(inThreadOf) };
    const answer = await call(`${url}/api/rooms/${room}/messages`, 'POST', request, find(people, by).token);
    expectOk(answer, `a message in ${room}`);
    seqs.push(Number(answer.body['seq']));
  }
}

/** One request, patient with 429 and 503: it waits as long as it is told and asks again. */
async function call(url: string, method: string, request: object, token?: string): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await fetch(url, {
      method,
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    });
    const body = (await response.json().catch(() => ({}))) as Answer['body'];
    const isBusy = response.status === 429 || response.status === 503;
    const waitS = Number(response.headers.get('retry-after') ?? 1);
    if (!isBusy || attempt === TRIES || waitS > 60) return { status: response.status, body };
    await sleep(waitS * 1000);
  }
}

function expectOk({ status, body }: Answer, doing: string): void {
  if (status >= 200 && status < 300) return;
  throw new LaunchError(`The demo stopped at ${doing}: ${status} ${JSON.stringify(body)}`);
}

function find(people: ReadonlyMap<string, Person>, username: string): Person {
  const person = people.get(username);
  if (!person) throw new Error(`the demo talks of ${username}, whom it never registered`);
  return person;
}
