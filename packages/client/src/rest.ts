// Every call of the REST API about rooms and what is said in them, typed. `{room}` is an id or a name wherever it stands in a path.
import type { Page } from '@natter/contracts/common';
import type {
  MessageEvent,
  Notification,
  Notify,
  PresenceStatus,
  Role,
  RoomDetails,
  RoomView,
  User,
} from '@natter/contracts/events';
import type { StoredFile } from '@natter/contracts/files';
import type { Invite } from '@natter/contracts/invites';
import type { Ban, Preferences } from '@natter/contracts/members';
import type { EventPage, MessagePage, Stored } from '@natter/contracts/messages';
import type { PushSubscriptionBody, PushTrace } from '@natter/contracts/push';
import type { CreateRoomBody, Member, PatchRoomBody } from '@natter/contracts/rooms';
import { Admin } from './admin.js';
import type { SendOptions } from './chat-client.js';
import { Http, type HttpOptions } from './http.js';
import { newId } from './new-id.js';
import { OwnAccount } from './own-account.js';

export interface MemberView extends Member {
  status: PresenceStatus;
}

export interface UserPresence {
  user: User;
  status: PresenceStatus;
  /** Now for who is there; null for who never was. */
  last_seen: string | null;
}

export interface InviteView extends Invite {
  url: string;
}

export interface UploadOptions {
  onProgress?: ((sent: number, all: number) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface MessageSearch {
  /** Id or name. */
  room?: string;
  /** The sender's user id. */
  from?: string;
  before_ts?: string;
}

export interface PageOptions {
  limit?: number;
  cursor?: string;
}

/** The REST API as methods. Every one rejects with `NatterError`. */
export class Rest {
  readonly http: Http;
  /** Signing in, and what is one's own. */
  readonly account: OwnAccount;
  /** For administrators. */
  readonly admin: Admin;

  constructor(options: HttpOptions) {
    this.http = new Http(options);
    this.account = new OwnAccount(this.http, options.auth === 'bearer');
    this.admin = new Admin(this.http);
  }

  async createRoom(body: Partial<CreateRoomBody> & { name: string }): Promise<RoomDetails> {
    return (await this.#post<{ room: RoomDetails }>('/api/rooms', body, { isRepeatable: true })).room;
  }

  myRooms(page: PageOptions = {}): Promise<Page<RoomView>> {
    return this.#get('/api/rooms', { ...page });
  }

  async room(room: string): Promise<RoomDetails> {
    return (await this.#get<{ room: RoomDetails }>(roomPath(room))).room;
  }

  async patchRoom(room: string, patch: PatchRoomBody): Promise<RoomDetails> {
    return (await this.http.request<{ room: RoomDetails }>('PATCH', roomPath(room), { body: patch })).room;
  }

  deleteRoom(room: string): Promise<void> {
    return this.#delete(roomPath(room));
  }

  async joinRoom(room: string, invite?: string): Promise<RoomDetails> {
    const body = invite === undefined ? {} : { invite };
    return (await this.#post<{ room: RoomDetails }>(`${roomPath(room)}/join`, body)).room;
  }

  leaveRoom(room: string): Promise<void> {
    return this.#post(`${roomPath(room)}/leave`, {});
  }

  members(room: string, page: PageOptions = {}): Promise<Page<MemberView>> {
    return this.#get(`${roomPath(room)}/members`, { ...page });
  }

  /** A user, and whether they are there. */
  user(user: string): Promise<UserPresence> {
    return this.#get(`/api/users/${encodeURIComponent(user)}`);
  }

  /** Who is in the room already stays as they are. */
  async addMember(room: string, user: string): Promise<MemberView> {
    return (await this.#post<{ member: MemberView }>(`${roomPath(room)}/members`, { user })).member;
  }

  /** @param ban they may not come back; also of somebody who is not in the room */
  removeMember(room: string, user: string, ban = false): Promise<void> {
    return this.http.request('DELETE', `${roomPath(room)}/members/${encodeURIComponent(user)}`, {
      query: { ban: ban || undefined },
    });
  }

  /** `owner` hands the room over: the caller is an admin from then on. */
  async setRole(room: string, user: string, role: Role): Promise<MemberView> {
    const path = `${roomPath(room)}/members/${encodeURIComponent(user)}`;
    return (await this.http.request<{ member: MemberView }>('PATCH', path, { body: { role } })).member;
  }

  bans(room: string, page: PageOptions = {}): Promise<Page<Ban>> {
    return this.#get(`${roomPath(room)}/bans`, { ...page });
  }

  liftBan(room: string, user: string): Promise<void> {
    return this.#delete(`${roomPath(room)}/bans/${encodeURIComponent(user)}`);
  }

  /** Messages, ascending: before a seq, after one, or the newest; `thread`: those that answer this root only. */
  messages(
    room: string,
    range: { before?: number; after?: number; thread?: number; limit?: number } = {},
  ): Promise<MessagePage> {
    return this.#get(`${roomPath(room)}/messages`, range);
  }

  /** The log as the socket would replay it. */
  events(room: string, range: { after?: number; limit?: number } = {}): Promise<EventPage> {
    return this.#get(`${roomPath(room)}/events`, range);
  }

  /** Sends without a socket. The id makes repeating it harmless, so it is repeated here on 429 and 503. */
  sendMessage(room: string, body: string, { id = newId(), ...rest }: SendOptions = {}): Promise<Stored> {
    return this.#post(`${roomPath(room)}/messages`, { id, body, ...rest }, { isRepeatable: true });
  }

  /** Gives a message of one's own a new text. @returns the message as it is then */
  editMessage(room: string, seq: number, body: string): Promise<MessageEvent> {
    return this.http.request('PATCH', `${roomPath(room)}/messages/${seq}`, { body: { id: newId(), body } });
  }

  /** Deletes a message: one's own, or as an admin or the owner. Rejects with `gone` when it was deleted before. */
  deleteMessage(room: string, seq: number): Promise<void> {
    return this.#delete(`${roomPath(room)}/messages/${seq}`);
  }

  /**
   * Sends a file to a room; a message carries it when its id is among the `files` of a send. Repeated here on 429 and 503, as the
   * same file. `onProgress` tells the bytes that have left, in browsers; `signal` gives it up.
   *
   * @throws also the reason of the signal
   */
  uploadFile(room: string, file: Blob, name: string, options: UploadOptions = {}): Promise<StoredFile> {
    const form = new FormData();
    form.append('file', file, name);
    return this.http.request('POST', `${roomPath(room)}/files`, { form, isRepeatable: true, ...options });
  }

  /** In one's own rooms, the newest first; matching is literal, without regard to case and accents. A short page may have a `next`. */
  searchMessages(q: string, within: MessageSearch & PageOptions = {}): Promise<Page<MessageEvent>> {
    return this.#get('/api/search/messages', { q, ...within });
  }

  searchRooms(q: string, page: PageOptions = {}): Promise<Page<RoomView>> {
    return this.#get('/api/search/rooms', { q, ...page });
  }

  searchUsers(q: string, page: PageOptions = {}): Promise<Page<User>> {
    return this.#get('/api/search/users', { q, ...page });
  }

  /** An invite by its code and link; ends after 7 days, and takes any number of people, unless said otherwise. */
  createInvite(room: string, options: { expires_in?: number; uses?: number | null } = {}): Promise<InviteView> {
    return this.#post(`${roomPath(room)}/invites`, options, { isRepeatable: true });
  }

  /** Standing invites: all for admins, a member's own. */
  invites(room: string, page: PageOptions = {}): Promise<Page<InviteView>> {
    return this.#get(`${roomPath(room)}/invites`, { ...page });
  }

  revokeInvite(room: string, code: string): Promise<void> {
    return this.#delete(`${roomPath(room)}/invites/${encodeURIComponent(code)}`);
  }

  setPreferences(room: string, preferences: { notify: Notify; muted_until?: string | null }): Promise<Preferences> {
    return this.http.request('PUT', `${roomPath(room)}/preferences`, { body: preferences });
  }

  /** The conversation with somebody: the one there is, or a new one. */
  async openDm(user: string): Promise<RoomDetails> {
    return (await this.#post<{ room: RoomDetails }>('/api/dms', { user }, { isRepeatable: true })).room;
  }

  notifications(page: PageOptions = {}): Promise<Page<Notification> & { count?: number }> {
    return this.#get('/api/notifications', { ...page });
  }

  ackNotifications(which: { ids: string[] } | { up_to: string }): Promise<void> {
    return this.#post('/api/notifications/ack', which);
  }

  /** The server's public key, as `PushManager.subscribe` takes it. */
  async pushKey(): Promise<string> {
    return (await this.#get<{ key: string }>('/api/push/key')).key;
  }

  /** Has this device told of what is not delivered. Again: no change. */
  async subscribePush(subscription: PushSubscriptionBody): Promise<void> {
    await this.#post('/api/push/subscriptions', subscription, { isRepeatable: true });
  }

  unsubscribePush(endpoint: string): Promise<void> {
    return this.http.request('DELETE', '/api/push/subscriptions', { body: { endpoint } });
  }

  /** One push to a device, or to all of one's own, and what became of it at each step. */
  testPush(endpoint?: string): Promise<{ id: string; items: PushTrace[] }> {
    return this.#post('/api/push/test', { ...(endpoint !== undefined && { endpoint }) });
  }

  #get<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
    return this.http.request('GET', path, { query });
  }

  #post<T>(path: string, body: unknown, options: { isRepeatable?: boolean } = {}): Promise<T> {
    return this.http.request('POST', path, { body, ...options });
  }

  #delete(path: string): Promise<void> {
    return this.http.request('DELETE', path);
  }
}

const roomPath = (room: string): string => `/api/rooms/${encodeURIComponent(room)}`;
