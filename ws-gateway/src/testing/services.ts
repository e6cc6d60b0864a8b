// The calls other services answer, as far as a ws-gateway makes them; each can be made to fail.
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import {
  getJwks,
  getOwnUsers,
  getRevocations,
  listAccountChanges,
  redeemTicket,
  tokenAudience,
  tokenIssuer,
  type UserState,
} from '@natter/contracts/auth';
import type { ErrorCode } from '@natter/contracts/errors';
import type { Notification } from '@natter/contracts/events';
import { advanceCursors } from '@natter/contracts/messages';
import { listPending } from '@natter/contracts/notifications';
import { joinRoom, listMemberships } from '@natter/contracts/rooms';
import type { InputOf, ReplyOf, Rpc } from '@natter/contracts/rpc';
import { type ConnectionEntry, registerInstance } from '@natter/contracts/sessions';
import type { Subscription } from '@nats-io/transport-node';
import type { NatsConnection } from '@natter/service-kit/nats';
import type { RoomLog } from './room-log.js';

/** Thrown by a handler to answer with an error. */
export class Refused extends Error {
  constructor(readonly code: ErrorCode) {
    super(code);
  }
}

export class ModelServices {
  readonly disabled = new Set<string>();
  private readonly changes: UserState[] = [];
  readonly tickets = new Map<string, { user: string; session: string }>();
  readonly notifications = new Map<string, Notification[]>();
  readonly cursors = new Map<string, { delivered: number; read: number }>();
  readonly connections = new Map<string, ConnectionEntry>();
  readonly registrations: InputOf<typeof registerInstance>[] = [];
  /** What the next registration is answered with. */
  registryReply: ReplyOf<typeof registerInstance> = {};
  /** Subjects that are not answered. */
  readonly silent = new Set<string>();
  private readonly keys = generateKeyPairSync('ed25519');
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly listening = new Map<string, () => void>();

  constructor(
    private readonly nc: NatsConnection,
    private readonly log: RoomLog,
  ) {}

  async start(): Promise<void> {
    const jwk = { ...this.keys.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'EdDSA' };
    this.on(getJwks, () => ({ keys: [jwk] }));
    this.on(getRevocations, () => ({ sessions: [], disabled: [] }));
    this.on(getOwnUsers, ({ users }) => ({ users: users.map((id) => this.userState(id)) }));
    this.on(listAccountChanges, () => ({ users: this.changes, until: '1' }));
    this.on(redeemTicket, ({ ticket }) => {
      const identity = this.tickets.get(ticket);
      if (!this.tickets.delete(ticket) || identity === undefined) throw new Refused('unauthenticated');
      return identity;
    });
    this.on(listMemberships, ({ users }) => ({
      users: users.map((user) => ({ user, rooms: this.log.membershipsOf(user) })),
    }));
    this.on(joinRoom, ({ actor, room: id }) => {
      const room = this.log.rooms.get(id);
      if (room === undefined || (room.visibility === 'private' && !room.members.has(actor)))
        throw new Refused('not_found');
      if (!room.members.has(actor)) this.log.move(id, actor, 'joined');
      const view = this.log.membershipsOf(actor).find((membership) => membership.id === id)!;
      const rest = { owner: null, topic: '', history: room.history, members_can_invite: true, created_at: '' };
      return { room: { ...view, ...rest } };
    });
    this.on(listPending, ({ users }) => ({
      users: users.map((user) => {
        const items = this.notifications.get(user) ?? [];
        return { user, items, count: items.length };
      }),
    }));
    this.on(advanceCursors, ({ items }) => {
      for (const { user, room, delivered = 0, read = 0 } of items)
        this.cursors.set(`${user} ${room}`, { delivered, read });
      return {};
    });
    this.on(registerInstance, (request) => this.register(request));
    await this.nc.flush();
  }

  /** Changes an account, and tells it only to those who ask. */
  change(user: string, change: Partial<UserState>): void {
    this.changes.push({ ...this.userState(user), ...change, version: 2 });
  }

  /** An access token as the auth-service makes them. */
  token(user: string, session: string = randomUUID()): string {
    const iat = Math.floor(Date.now() / 1_000);
    const claims = {
      iss: tokenIssuer,
      aud: tokenAudience,
      sub: user,
      sid: session,
      iat,
      exp: iat + 900,
      jti: randomUUID(),
    };
    const parts = [{ alg: 'EdDSA', typ: 'at+jwt', kid: 'k1' }, claims];
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${signed}.${sign(null, Buffer.from(signed), this.keys.privateKey).toString('base64url')}`;
  }

  /** Nobody answers a call, as when its service is down. @returns what brings the service back */
  async away(definition: Rpc): Promise<() => Promise<void>> {
    const listen = this.listening.get(definition.subject)!;
    this.subscriptions.get(definition.subject)!.unsubscribe();
    await this.nc.flush();
    return async () => {
      listen();
      await this.nc.flush();
    };
  }

  private userState(id: string): UserState {
    return {
      id,
      username: `u-${id.slice(0, 8)}`,
      display_name: id.slice(0, 8),
      avatar: null,
      permissions: [],
      disabled: this.disabled.has(id),
      version: 1,
    };
  }

  private on<R extends Rpc>(definition: R, handler: (request: InputOf<R>) => ReplyOf<R>): void {
    const listen = () => void this.subscriptions.set(definition.subject, this.subscribe(definition, handler));
    this.listening.set(definition.subject, listen);
    listen();
  }

  private subscribe<R extends Rpc>(definition: R, handler: (request: InputOf<R>) => ReplyOf<R>): Subscription {
    return this.nc.subscribe(definition.subject, {
      callback: (_, message) => {
        if (this.silent.has(definition.subject)) return;
        const { data, id } = message.json<{ data: InputOf<R>; id: string }>();
        try {
          message.respond(JSON.stringify({ response: handler(data), isDisposed: true, id }));
        } catch (error) {
          const code: ErrorCode = error instanceof Refused ? error.code : 'internal';
          message.respond(JSON.stringify({ err: { code, details: {} }, isDisposed: true, id }));
        }
      },
    });
  }

  private register(request: InputOf<typeof registerInstance>): ReplyOf<typeof registerInstance> {
    this.registrations.push(request);
    const { instance, full, opened = [], closed = [], interested = [], uninterested = [] } = request;
    if (full === 'first') for (const instances of this.log.interest.values()) instances.delete(instance);
    for (const entry of opened) this.connections.set(entry.id, entry);
    for (const id of closed) this.connections.delete(id);
    for (const room of interested) {
      const instances = this.log.interest.get(room) ?? new Set();
      this.log.interest.set(room, instances.add(instance));
    }
    for (const room of uninterested) this.log.interest.get(room)?.delete(instance);
    const reply = this.registryReply;
    this.registryReply = {};
    return reply;
  }
}
