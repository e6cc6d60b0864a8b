// What is fetched by REST and set beside the live log: the newest messages, older ones, members. A page that comes too late
// (another was asked for, the room is gone) is dropped.
import type { ChatClient } from '@natter/client/chat-client';
import type { Rest } from '@natter/client/rest';
import { emptyLog, oldestSeq, type RoomLog, withNewest, withOlder } from '@natter/client/room-log';
import { type ChatState, type MemberList, withEntry } from './chat-state.js';
import { risen } from './room-view.js';
import type { Store } from './store.js';

const pageSize = 50;
/** Members fetched at once. */
export const memberPageSize = 100;

export class Pages {
  readonly #store: Store<ChatState>;
  readonly #client: ChatClient;
  readonly #rest: Rest;
  /** The latest page asked for, per room. */
  readonly #asked = new Map<string, symbol>();

  constructor(store: Store<ChatState>, client: ChatClient, rest: Rest) {
    this.#store = store;
    this.#client = client;
    this.#rest = rest;
  }

  /** The newest messages, unless they are here. Only on a live connection: its events must join on without a hole. */
  async newest(room: string): Promise<void> {
    const log = this.#log(room) ?? emptyLog;
    const isLive = this.#store.state.connection.phase === 'live' && this.#client.position(room) !== undefined;
    if (!isLive || log.status === 'loading' || log.status === 'ready') return;
    this.#setLog(room, { ...emptyLog, status: 'loading' });
    const isCurrent = this.#ask(room);
    try {
      const page = await this.#rest.messages(room, { limit: pageSize });
      const current = this.#log(room);
      if (!isCurrent() || !current) return;
      this.#setLog(room, withNewest(current, page));
      this.#client.delivered(room, page.last_seq);
    } catch {
      if (isCurrent() && this.#log(room)) this.#setLog(room, { ...emptyLog, status: 'failed' });
    }
  }

  async older(room: string): Promise<void> {
    const log = this.#log(room);
    const before = log && oldestSeq(log);
    if (log?.status !== 'ready' || !log.hasOlder || log.older === 'loading' || before === undefined) return;
    this.#setLog(room, { ...log, older: 'loading', since: [] });
    const isCurrent = this.#ask(room);
    try {
      const page = await this.#rest.messages(room, { before, limit: pageSize });
      const current = this.#log(room);
      if (isCurrent() && current) this.#setLog(room, withOlder(current, page));
    } catch {
      const current = this.#log(room);
      if (isCurrent() && current) this.#setLog(room, { ...current, older: 'failed', since: [] });
    }
  }

  /** What was asked for is not wanted any more: the log it belonged to is gone. */
  forget(room: string): void {
    this.#asked.delete(room);
  }

  /** The first members of a room, with how far they have read; `more` adds the next ones. */
  async members(room: string, more = false): Promise<void> {
    const known = this.#store.state.members.get(room) ?? { items: [], next: null, status: 'ready' };
    if (known.status === 'loading' || (more && !known.next)) return;
    this.#setMembers(room, { ...known, status: 'loading' });
    try {
      const page = await this.#rest.members(room, {
        limit: memberPageSize,
        ...(more && known.next && { cursor: known.next }),
      });
      const items = more ? [...known.items, ...page.items] : page.items;
      this.#setMembers(room, { items, next: page.next, status: 'ready' });
      const cursors = new Map(this.#store.state.cursors.get(room));
      const presence = new Map(this.#store.state.presence);
      for (const { user, delivered, read, status } of page.items) {
        cursors.set(user.id, risen(cursors.get(user.id), { delivered, read }));
        presence.set(user.id, status);
      }
      this.#store.set({ presence, cursors: withEntry(this.#store.state.cursors, room, cursors) });
    } catch {
      this.#setMembers(room, { ...known, status: 'failed' });
    }
  }

  /** What is set about a room; events keep it up from then on. */
  async settings(room: string): Promise<void> {
    const { topic, history, members_can_invite } = await this.#rest.room(room);
    const { settings } = this.#store.state;
    this.#store.set({ settings: withEntry(settings, room, { topic, history, members_can_invite }) });
  }

  #ask(room: string): () => boolean {
    const ask = Symbol(room);
    this.#asked.set(room, ask);
    return () => this.#asked.get(room) === ask;
  }

  #log(room: string): RoomLog | undefined {
    return this.#store.state.logs.get(room);
  }

  #setLog(room: string, log: RoomLog): void {
    this.#store.set({ logs: withEntry(this.#store.state.logs, room, log) });
  }

  #setMembers(room: string, members: MemberList): void {
    this.#store.set({ members: withEntry(this.#store.state.members, room, members) });
  }
}
