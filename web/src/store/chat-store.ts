// The rooms of the one who is signed in: what a person does goes to the SDK, what the SDK tells becomes state.
import type { ChatClient, OutboxChange } from '@natter/client/chat-client';
import { type Clock, systemClock } from '@natter/client/clock';
import { newId } from '@natter/client/new-id';
import type { Rest, UploadOptions } from '@natter/client/rest';
import { afterEvent, afterRead } from '@natter/client/room-counts';
import { applyEvent, type RoomLog, trim } from '@natter/client/room-log';
import type { StoredFile } from '@natter/contracts/files';
import type { LogEvent, Notification, Notify, RoomView } from '@natter/contracts/events';
import type { ReadyFrame } from '@natter/contracts/frames';
import type { CreateRoomBody } from '@natter/contracts/rooms';
import { type CachedLog, keptItems } from './cache.js';
import { type ChatState, initialState, withEntry, withoutEntry } from './chat-state.js';
import { errorText } from './error-text.js';
import { Pages } from './pages.js';
import { risen, titleOf } from './room-view.js';
import { Store } from './store.js';
import type { Cursors, PendingMessage } from './timeline.js';

export interface ChatStoreOptions {
  me: string;
  client: ChatClient;
  rest: Rest;
  cached?: readonly CachedLog[];
  clock?: Clock;
  /** Wall time, only to know which rooms were looked at last. */
  now?: () => number;
  /** Somebody looks at the page. */
  isSeen?: () => boolean;
}

const maxNotices = 3;
/** Direct conversations of which it is shown in the list whether the other is there. */
const shownConversations = 20;

export class ChatStore extends Store<ChatState> {
  readonly me: string;
  readonly pages: Pages;
  readonly #client: ChatClient;
  readonly #rest: Rest;
  readonly #now: () => number;
  readonly #isSeen: () => boolean;
  /** Rooms being looked up. */
  readonly #unknown = new Set<string>();
  /** Rooms being left or deleted here: that they are gone then is no news. */
  readonly #leaving = new Set<string>();
  #lastNotice = 0;

  constructor({
    me,
    client,
    rest,
    cached = [],
    clock = systemClock,
    now = Date.now,
    isSeen = () => true,
  }: ChatStoreOptions) {
    super(initialState(client.state, cached), clock);
    this.me = me;
    this.pages = new Pages(this, client, rest);
    this.#client = client;
    this.#rest = rest;
    this.#now = now;
    this.#isSeen = isSeen;
    client.on('state', (connection) => this.set({ connection }));
    client.on('ready', (ready) => this.#onReady(ready));
    client.on('event', (event) => this.#onEvent(event));
    client.on('reset', ({ room }) => this.#onReset(room));
    client.on('outbox', (change) => this.#onOutbox(change));
    client.on('room_added', (room) => this.#setRoom(room));
    client.on('room_removed', ({ room, reason }) => this.#onRemoved(room, reason));
    client.on('receipt', ({ room, user, delivered, read }) => this.#onReceipt(room, user, { delivered, read }));
    client.on('typing', ({ room }) => this.#onTyping(room));
    client.on('presence', ({ user, status }) => this.set({ presence: withEntry(this.state.presence, user, status) }));
    client.on('notification', (notification) => this.#onNotification(notification));
  }

  /** A room comes on the screen. */
  open(room: string): void {
    const view = this.state.rooms.get(room);
    this.set({
      openRoom: room,
      newAfter: view && view.unread > 0 ? view.read : undefined,
      heard: '',
      openedAt: withEntry(this.state.openedAt, room, this.#now()),
    });
    void this.pages.newest(room);
    void this.pages.members(room);
  }

  close(room: string): void {
    const log = this.state.logs.get(room);
    if (log && log.older !== 'loading') this.#setLog(room, trim(log, keptItems));
    if (this.state.openRoom === room) this.set({ openRoom: undefined, newAfter: undefined });
  }

  /** Somebody writes here, or has ceased: may be told with every key. */
  typing(room: string, on: boolean): void {
    this.#client.typing(room, on);
  }

  /** False when it was not even taken: the words are the sender's still. What becomes of it otherwise, `outbox` tells. */
  send(room: string, body: string, replyTo?: number, files: string[] = []): boolean {
    const id = newId();
    this.set({ newAfter: undefined });
    const sent = this.#client.send(room, body, {
      id,
      ...(replyTo !== undefined && { reply_to: replyTo }),
      ...(files.length > 0 && { files }),
    });
    const isTaken = this.#client.pending.some((entry) => entry.id === id);
    sent.catch((error: unknown) => isTaken || this.notice(errorText(error)));
    return isTaken;
  }

  /** Sends a file to a room, where nobody sees it before a message carries it. */
  upload(room: string, file: File, options: UploadOptions): Promise<StoredFile> {
    return this.#rest.uploadFile(room, file, file.name, options);
  }

  retry(id: string): void {
    this.#client.retry(id);
  }

  discard(id: string): void {
    this.#client.discard(id);
  }

  connectNow(): void {
    if (this.state.connection.phase === 'stopped') this.#client.connect();
    else this.#client.nudge();
  }

  /** Everything up to `seq` has been seen. */
  read(room: string, seq: number): void {
    const view = this.state.rooms.get(room);
    if (!view || seq <= view.read) return;
    this.#client.read(room, seq);
    this.#setRoom(afterRead(view, this.state.logs.get(room), seq, this.me));
  }

  async createRoom(body: Partial<CreateRoomBody> & { name: string }): Promise<RoomView> {
    return this.#entered(await this.#rest.createRoom(body));
  }

  async joinRoom(room: string, invite?: string): Promise<RoomView> {
    return this.#entered(await this.#rest.joinRoom(room, invite));
  }

  /** The conversation with somebody, new or not. */
  async openDm(user: string): Promise<RoomView> {
    return this.#entered(await this.#rest.openDm(user));
  }

  async setPreferences(room: string, notify: Notify, mutedUntil: string | null): Promise<void> {
    const set = await this.#rest.setPreferences(room, { notify, muted_until: mutedUntil });
    const view = this.state.rooms.get(room);
    if (view) this.#setRoom({ ...view, ...set });
  }

  leaveRoom(room: string): Promise<void> {
    return this.#leave(room, () => this.#rest.leaveRoom(room));
  }

  deleteRoom(room: string): Promise<void> {
    return this.#leave(room, () => this.#rest.deleteRoom(room));
  }

  notice(text: string): void {
    this.set({ notices: [...this.state.notices, { id: ++this.#lastNotice, text }].slice(-maxNotices) });
  }

  dismiss(notice: number): void {
    this.set({ notices: this.state.notices.filter(({ id }) => id !== notice) });
  }

  #onReady(ready: ReadyFrame): void {
    const rooms = new Map(ready.rooms.map((room) => [room.id, room]));
    // A page asked for on the last connection may not join on to this one.
    const logs = new Map([...this.state.logs].filter(([id, log]) => rooms.has(id) && log.status !== 'loading'));
    for (const id of this.state.logs.keys()) if (!logs.has(id)) this.pages.forget(id);
    this.set({ rooms, logs, hasRooms: true, presence: new Map() });
    // Who is there is told by changes only: how it stands is asked for, where it shows.
    for (const room of ready.rooms.filter(({ kind }) => kind === 'dm').slice(0, shownConversations))
      void this.pages.members(room.id);
    const { openRoom } = this.state;
    if (openRoom === undefined || !rooms.has(openRoom)) return;
    queueMicrotask(() => void this.pages.newest(openRoom)); // the connection is `live` right after this frame
    void this.pages.members(openRoom);
  }

  #onEvent(event: LogEvent): void {
    const { logs, rooms, openRoom, members, settings } = this.state;
    const isMine = event.type === 'message' && event.sender.id === this.me;
    const log = logs.get(event.room);
    const nextLog = log && applyEvent(log, event);
    if (nextLog) this.#setLog(event.room, nextLog);
    const view = rooms.get(event.room);
    if (view) this.#setRoom(afterEvent(view, event, this.me, nextLog));
    else void this.#findRoom(event.room);

    if (isMine) this.#setPending(event.id, undefined);
    const isNew = event.type === 'message' && !isMine && view && event.seq > view.last_seq;
    if (isNew && event.room === openRoom) {
      this.set({ heard: `${event.sender.username}: ${(event.body ?? '').slice(0, 300)}` });
      // Nobody is looking: the «new» line goes above what comes now.
      if (!this.#isSeen() && view.unread === 0) this.set({ newAfter: view.last_seq });
    }
    if (event.type === 'room' && settings.has(event.room)) {
      const { topic, history, members_can_invite } = event;
      this.set({ settings: withEntry(settings, event.room, { topic, history, members_can_invite }) });
    }
    if (event.type === 'member' && members.has(event.room)) void this.pages.members(event.room);
  }

  #onReset(room: string): void {
    this.pages.forget(room);
    this.set({ logs: withoutEntry(this.state.logs, room) });
    if (room === this.state.openRoom) void this.pages.newest(room);
  }

  #onOutbox(change: OutboxChange): void {
    const { entry, state } = change;
    if (entry.type !== 'send') return;
    if (state === 'discarded') return this.#setPending(entry.id, undefined);
    const log = this.state.logs.get(entry.room);
    const isInLog = log?.items.some((item) => item.type === 'message' && item.id === entry.id);
    // Without a log nothing shows it, and its event may have come already.
    if (state === 'stored' && (isInLog || !log)) return this.#setPending(entry.id, undefined);
    const { id, room, body, reply_to, files } = entry;
    this.#setPending(id, {
      id,
      room,
      body,
      state,
      ...(typeof reply_to === 'number' && { reply_to }),
      ...(files && { files }),
      ...(state === 'refused' && { reason: errorText(change.error) }),
    });
  }

  #onRemoved(room: string, reason: string): void {
    const view = this.state.rooms.get(room);
    this.#dropRoom(room);
    if (!view || this.#leaving.has(room)) return;
    const title = titleOf(view);
    const words: Record<string, string> = {
      kicked: `You were removed from ${title}.`,
      banned: `You were banned from ${title}.`,
      deleted: `${title} was deleted.`,
      gone: `You are not in ${title} any more.`,
    };
    if (words[reason]) this.notice(words[reason]);
  }

  #onTyping(room: string): void {
    const typists = this.#client.typists(room).filter((user) => user !== this.me);
    const { typing } = this.state;
    this.set({ typing: typists.length > 0 ? withEntry(typing, room, typists) : withoutEntry(typing, room) });
  }

  #onReceipt(room: string, user: string, cursor: Cursors): void {
    const cursors = new Map(this.state.cursors.get(room));
    cursors.set(user, risen(cursors.get(user), cursor));
    this.set({ cursors: withEntry(this.state.cursors, room, cursors) });
    const view = this.state.rooms.get(room);
    if (user !== this.me || !view || cursor.read <= view.read) return;
    this.#setRoom(afterRead(view, this.state.logs.get(room), cursor.read, this.me));
  }

  #onNotification(notification: Notification): void {
    // Messages show as unread counts; the rest is said once, and then done with.
    if (notification.kind !== 'added' && notification.kind !== 'system') return;
    if (notification.preview) this.notice(notification.preview);
    this.#rest.ackNotifications({ ids: [notification.id] }).catch(() => {}); // comes again at the next start
  }

  #entered(room: RoomView): RoomView {
    this.#client.enter(room);
    if (!this.state.rooms.has(room.id)) this.#setRoom(room);
    return room;
  }

  async #leave(room: string, leave: () => Promise<void>): Promise<void> {
    this.#leaving.add(room);
    try {
      await leave();
      this.#dropRoom(room);
    } finally {
      this.#leaving.delete(room);
    }
  }

  /** A room known by an event only: its `room_added` was lost on the way. */
  async #findRoom(room: string): Promise<void> {
    if (this.#unknown.has(room)) return;
    this.#unknown.add(room);
    try {
      const found = await this.#rest.room(room);
      if (found.role) this.#setRoom(found);
    } catch {
      // left again, or deleted: nothing to show
    } finally {
      this.#unknown.delete(room);
    }
  }

  #setRoom(room: RoomView): void {
    this.set({ rooms: withEntry(this.state.rooms, room.id, room) });
  }

  #dropRoom(room: string): void {
    const { rooms, logs, members, settings } = this.state;
    this.pages.forget(room);
    this.set({
      rooms: withoutEntry(rooms, room),
      logs: withoutEntry(logs, room),
      members: withoutEntry(members, room),
      settings: withoutEntry(settings, room),
    });
  }

  #setLog(room: string, log: RoomLog): void {
    this.set({ logs: withEntry(this.state.logs, room, log) });
  }

  #setPending(id: string, message: PendingMessage | undefined): void {
    const { pending } = this.state;
    const index = pending.findIndex((other) => other.id === id);
    if (message) this.set({ pending: index < 0 ? [...pending, message] : pending.with(index, message) });
    else if (index >= 0) this.set({ pending: pending.toSpliced(index, 1) });
  }
}
