// The thread on the screen: fetched when it is opened, and followed from then on. What comes too late for it is dropped.
import type { ChatClient } from '@natter/client/chat-client';
import { afterChange, type HeldMessage } from '@natter/client/message-changes';
import type { Rest } from '@natter/client/rest';
import {
  applyEvent,
  emptyLog,
  messageAt,
  oldestSeq,
  type RoomLog,
  withNewest,
  withOlder,
} from '@natter/client/room-log';
import type { LogEvent } from '@natter/contracts/events';
import type { ChatState, OpenThread } from './chat-state.js';
import type { Store } from './store.js';

const pageSize = 50;

export class ThreadPages {
  readonly #store: Store<ChatState>;
  readonly #client: ChatClient;
  readonly #rest: Rest;
  #asked: symbol | undefined;

  constructor(store: Store<ChatState>, client: ChatClient, rest: Rest) {
    this.#store = store;
    this.#client = client;
    this.#rest = rest;
  }

  /** The thread of the message at `root` comes on the screen, with what is held of it already. */
  open(room: string, root: number): void {
    const held = this.#store.state.logs.get(room)?.items ?? [];
    const answers = held.filter((item) => item.type === 'message' && item.thread === root);
    this.#asked = undefined;
    this.#store.set({ thread: { room, root, head: messageAt(held, root), log: { ...emptyLog, items: answers } } });
    void this.newest();
  }

  close(): void {
    this.#asked = undefined;
    this.#store.set({ thread: undefined });
  }

  /** The root and the newest answers, unless they are here. Only on a live connection: its events must join on without a hole. */
  async newest(): Promise<void> {
    const { thread, connection } = this.#store.state;
    if (!thread || connection.phase !== 'live' || this.#client.position(thread.room) === undefined) return;
    if (thread.log.status === 'loading' || thread.log.status === 'ready') return;
    const { room, root, head } = thread;
    const isCurrent = this.#ask({ status: 'loading', since: [] });
    try {
      const [page, above] = await Promise.all([
        this.#rest.messages(room, { thread: root, limit: pageSize }),
        head ? undefined : this.#rest.messages(room, { after: root - 1, limit: 1 }),
      ]);
      const now = this.#store.state.thread;
      if (!now || !isCurrent()) return;
      const [first] = above?.items ?? [];
      const fetched: HeldMessage | undefined = first?.seq === root ? { ...first, asOf: above!.last_seq } : undefined;
      const next = now.head ?? (fetched && now.log.since.reduce(afterChange, fetched));
      this.#store.set({ thread: { ...now, head: next, log: withNewest(now.log, page) } });
    } catch {
      if (isCurrent()) this.#set({ status: 'failed', since: [] });
    }
  }

  async older(): Promise<void> {
    const { thread } = this.#store.state;
    const before = thread && oldestSeq(thread.log);
    if (!thread || before === undefined) return;
    const { room, root, log } = thread;
    if (log.status !== 'ready' || !log.hasOlder || log.older === 'loading') return;
    const isCurrent = this.#ask({ older: 'loading', since: [] });
    try {
      const page = await this.#rest.messages(room, { thread: root, before, limit: pageSize });
      const now = this.#store.state.thread;
      if (now && isCurrent()) this.#store.set({ thread: { ...now, log: withOlder(now.log, page) } });
    } catch {
      if (isCurrent()) this.#set({ older: 'failed', since: [] });
    }
  }

  /** A new connection: a page asked for on the last one may not join on to this one. */
  renew(): void {
    const status = this.#store.state.thread?.log.status;
    if (status !== undefined && status !== 'ready') this.#reload();
  }

  /** What is held of a room is not true any more. */
  reset(room: string): void {
    if (this.#store.state.thread?.room === room) this.#reload();
  }

  hear(event: LogEvent): void {
    const { thread } = this.#store.state;
    if (thread?.room !== event.room) return;
    const isOfIt = event.type === 'message' ? event.thread === thread.root : 'target' in event;
    if (!isOfIt) return;
    const head: OpenThread['head'] = thread.head && afterChange(thread.head, event);
    this.#store.set({ thread: { ...thread, head, log: applyEvent(thread.log, event) } });
  }

  #reload(): void {
    this.#asked = undefined;
    const { thread } = this.#store.state;
    if (!thread) return;
    this.#store.set({ thread: { ...thread, head: undefined, log: emptyLog } });
    queueMicrotask(() => void this.newest()); // the connection is `live` right after this
  }

  #ask(change: Partial<RoomLog>): () => boolean {
    const ask = Symbol('page');
    this.#asked = ask;
    this.#set(change);
    return () => this.#asked === ask;
  }

  #set(change: Partial<RoomLog>): void {
    const { thread } = this.#store.state;
    if (thread) this.#store.set({ thread: { ...thread, log: { ...thread.log, ...change } } });
  }
}
