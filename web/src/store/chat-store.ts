// The rooms of the one who is signed in: what a person does goes to the SDK, what the SDK tells becomes state.
import type { ChatClient } from '@natter/client/chat-client';
import { type Clock, systemClock } from '@natter/client/clock';
import type { Rest, UploadOptions } from '@natter/client/rest';
import { afterEvent, afterRead } from '@natter/client/room-counts';
import { applyEvent, type RoomLog, trim } from '@natter/client/room-log';
import type { StoredFile } from '@natter/contracts/files';
import type { LogEvent, Notification, Notify, RoomView } from '@natter/contracts/events';
import type { ReadyFrame } from '@natter/contracts/frames';
import { type CachedLog, keptItems } from './cache.js';
import { type ChatState, initialState, withEntry, withoutEntry } from './chat-state.js';
import { Membership } from './membership.js';
import { Outgoing } from './outgoing.js';
import { Pages } from './pages.js';
import { risen } from './room-view.js';
import { Store } from './store.js';
import { ThreadPages } from './thread-pages.js';
import type { Cursors } from './timeline.js';

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
  readonly thread: ThreadPages;
  readonly outgoing: Outgoing;
  readonly membership: Membership;
  readonly #client: ChatClient;
  readonly #rest: Rest;
  readonly #now: () => number;
  readonly #isSeen: () => boolean;
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
    const notice = (text: string): void => this.notice(text);
    this.pages = new Pages(this, client, rest);
    this.thread = new ThreadPages(this, client, rest);
    this.outgoing = new Outgoing(this, client, me, notice);
    this.membership = new Membership({ store: this, client, rest, notice, drop: (room) => this.#dropRoom(room) });
    this.#client = client;
    this.#rest = rest;
    this.#now = now;
    this.#isSeen = isSeen;
    client.on('state', (connection) => this.set({ connection }));
    client.on('ready', (ready) => this.#onReady(ready));
    client.on('event', (event) => this.#onEvent(event));
    client.on('reset', ({ room }) => this.#onReset(room));
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
    if (this.state.thread?.room === room) this.thread.close();
  }

  /** Somebody writes here, or has ceased: may be told with every key. */
  typing(room: string, on: boolean): void {
    this.#client.typing(room, on);
  }

  /** Sends a file to a room, where nobody sees it before a message carries it. */
  upload(room: string, file: File, options: UploadOptions): Promise<StoredFile> {
    return this.#rest.uploadFile(room, file, file.name, options);
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

  async setPreferences(room: string, notify: Notify, mutedUntil: string | null): Promise<void> {
    const set = await this.#rest.setPreferences(room, { notify, muted_until: mutedUntil });
    const view = this.state.rooms.get(room);
    if (view) this.#setRoom({ ...view, ...set });
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
    this.thread.renew();
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
    else void this.membership.find(event.room);

    this.thread.hear(event);
    this.outgoing.hear(event);
    const isNew = event.type === 'message' && !isMine && view && event.seq > view.last_seq;
    if (isNew && event.room === openRoom) {
      this.set({ heard: `${event.sender.username}: ${(event.body ?? '').slice(0, 300)}` });
      // Nobody is looking: the «new» line goes above what comes now.
      if (!this.#isSeen() && view.unread === 0) this.set({ newAfter: view.last_seq });
    }
    // What was read out may be what is gone.
    if (event.type === 'deleted' && event.room === openRoom) this.set({ heard: '' });
    if (event.type === 'room' && settings.has(event.room)) {
      const { topic, history, members_can_invite } = event;
      this.set({ settings: withEntry(settings, event.room, { topic, history, members_can_invite }) });
    }
    if (event.type === 'member' && members.has(event.room)) void this.pages.members(event.room);
  }

  #onReset(room: string): void {
    this.pages.forget(room);
    this.set({ logs: withoutEntry(this.state.logs, room) });
    this.thread.reset(room);
    if (room === this.state.openRoom) void this.pages.newest(room);
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

  #setRoom(room: RoomView): void {
    this.set({ rooms: withEntry(this.state.rooms, room.id, room) });
  }

  #dropRoom(room: string): void {
    const { rooms, logs, members, settings } = this.state;
    this.pages.forget(room);
    if (this.state.thread?.room === room) this.thread.close();
    this.set({
      rooms: withoutEntry(rooms, room),
      changes: this.state.changes.filter((change) => change.room !== room),
      logs: withoutEntry(logs, room),
      members: withoutEntry(members, room),
      settings: withoutEntry(settings, room),
    });
  }

  #setLog(room: string, log: RoomLog): void {
    this.set({ logs: withEntry(this.state.logs, room, log) });
  }
}
