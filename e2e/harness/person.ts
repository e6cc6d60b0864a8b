// Somebody with an account, signed in as a bot: by token.
import { randomBytes } from 'node:crypto';
import type { Account } from '@natter/contracts/auth';
import type { RoomDetails, User } from '@natter/contracts/events';
import type { Api, Answer } from './api.js';
import { type OpenOptions, RawSocket } from './raw-socket.js';
import type { Site } from './site.js';

export interface Tokens {
  user: User;
  expires_in: number;
  access_token: string;
  refresh_token: string;
}

/** A name nobody has yet. */
export const freshName = (prefix: string): string => `${prefix}-${randomBytes(4).toString('hex')}`;

export class Person {
  private constructor(
    private readonly site: Site,
    readonly user: Account,
    readonly email: string,
    readonly password: string,
    readonly tokens: Tokens,
  ) {}

  /** Registers and signs in, from an address of their own where `api` has one. */
  static async register(site: Site, prefix = 'user', api: Api = site.api): Promise<Person> {
    const username = freshName(prefix);
    const email = `${username}@example.org`;
    const password = `correct horse ${username}`;
    const registered = await api.post<{ user: Account }>('/api/auth/register', { email, username, password });
    if (registered.status !== 201) throw new Error(`registration answered ${registered.status} ${registered.text}`);
    const tokens = await signIn(api, username, password);
    return new Person(site, registered.body.user, email, password, tokens);
  }

  static async several<const Prefixes extends readonly string[]>(
    site: Site,
    prefixes: Prefixes,
  ): Promise<{ [Index in keyof Prefixes]: Person }> {
    const people = await Promise.all(prefixes.map((prefix) => Person.register(site, prefix)));
    return people as { [Index in keyof Prefixes]: Person };
  }

  get id(): string {
    return this.user.id;
  }

  get username(): string {
    return this.user.username;
  }

  get token(): string {
    return this.tokens.access_token;
  }

  get api(): Api {
    return this.site.api.as(this.token);
  }

  /** The same account on another system that holds it, signed in there. */
  async on(site: Site): Promise<Person> {
    const tokens = await signIn(site.api, this.username, this.password);
    return new Person(site, this.user, this.email, this.password, tokens);
  }

  /** One more signed-in device. */
  signInAgain(): Promise<Tokens> {
    return signIn(this.site.api, this.username, this.password);
  }

  async createRoom(options: Record<string, unknown> = {}): Promise<RoomDetails> {
    return roomOf(await this.api.post('/api/rooms', { name: freshName('room'), ...options }), 201);
  }

  async join(room: string): Promise<RoomDetails> {
    return roomOf(await this.api.post(`/api/rooms/${room}/join`), 200);
  }

  /** The sockets this person is listed with, over all sessions. */
  async connections(): Promise<{ id: string; gateway: string }[]> {
    const { body } = await this.api.get<{ items?: { connections: { id: string; gateway: string }[] }[] }>(
      '/api/auth/sessions',
    );
    return body.items?.flatMap(({ connections }) => connections) ?? [];
  }

  /** A socket to one ws-gateway, 0 or 1, or through the front door; nothing is sent yet. */
  open(door: number | 'front' = 0, options: OpenOptions = {}): Promise<RawSocket> {
    const url = door === 'front' ? this.site.frontUrl : this.site.socketUrl(door);
    return RawSocket.open(url, { token: this.token, ...options });
  }

  /** The same, past `hello`. */
  async connect(door: number | 'front' = 0, rooms?: Record<string, number>): Promise<RawSocket> {
    const socket = await this.open(door);
    await socket.hello(rooms);
    return socket;
  }
}

export async function signIn(api: Api, login: string, password: string): Promise<Tokens> {
  const answer = await api.post<Tokens>('/api/auth/login', { login, password, token: true });
  if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status} ${answer.text}`);
  return answer.body;
}

function roomOf(answer: Answer<{ room: RoomDetails }>, status: number): RoomDetails {
  if (answer.status !== status) throw new Error(`the room answered ${answer.status} ${answer.text}`);
  return answer.body.room;
}
