// What one says and changes, from the click until the log has it: it shows at once, and says so when it was refused.
import type { ChatClient, OutboxChange } from '@natter/client/chat-client';
import { newId } from '@natter/client/new-id';
import type { ErrorCode } from '@natter/contracts/errors';
import type { LogEvent } from '@natter/contracts/events';
import type { ChatState } from './chat-state.js';
import { errorText } from './error-text.js';
import type { PendingChange } from './pending-changes.js';
import type { Store } from './store.js';
import type { PendingMessage } from './timeline.js';

export interface Saying {
  thread?: number | undefined;
  replyTo?: number | undefined;
  /** Ids of files. */
  files?: readonly string[];
}

/** The message is not there any more: to ask again would change nothing. */
const pointless: ReadonlySet<ErrorCode> = new Set(['gone', 'not_found']);

export class Outgoing {
  readonly #store: Store<ChatState>;
  readonly #client: ChatClient;
  readonly #me: string;
  readonly #notice: (text: string) => void;

  constructor(store: Store<ChatState>, client: ChatClient, me: string, notice: (text: string) => void) {
    this.#store = store;
    this.#client = client;
    this.#me = me;
    this.#notice = notice;
    client.on('outbox', (change) => (change.entry.type === 'send' ? this.#onMessage(change) : this.#onChange(change)));
    client.on('reset', ({ room }) => this.#forget((change) => change.room === room && change.state === 'stored'));
  }

  /** False when it was not even taken: the words are the sender's still. What becomes of it otherwise, the page shows. */
  send(room: string, body: string, { thread, replyTo, files = [] }: Saying = {}): boolean {
    this.#store.set({ newAfter: undefined });
    return this.#isTaken((id) =>
      this.#client.send(room, body, {
        id,
        ...(thread !== undefined && { thread }),
        ...(replyTo !== undefined && { reply_to: replyTo }),
        ...(files.length > 0 && { files: [...files] }),
      }),
    );
  }

  /** False when it was not taken. */
  edit(room: string, target: number, body: string): boolean {
    return this.#isTaken((id) => this.#client.edit(room, target, body, id));
  }

  delete(room: string, target: number): void {
    this.#isTaken((id) => this.#client.delete(room, target, id));
  }

  react(room: string, target: number, emoji: string, op: 'add' | 'remove'): void {
    this.#isTaken((id) => this.#client.react(room, target, emoji, op, id));
  }

  retry(id: string): void {
    this.#client.retry(id);
  }

  discard(id: string): void {
    this.#client.discard(id);
  }

  /** An event of the log: what it brings back is on its way no more. */
  hear(event: LogEvent): void {
    if (event.type === 'message' && event.sender.id === this.#me) this.#setMessage(event.id, undefined);
    this.#forget(({ room, seq }) => room === event.room && seq !== undefined && seq <= event.seq);
  }

  #isTaken(ask: (id: string) => Promise<unknown>): boolean {
    const id = newId();
    const asked = ask(id);
    const isTaken = this.#client.pending.some((entry) => entry.id === id);
    asked.catch((error: unknown) => isTaken || this.#notice(errorText(error)));
    return isTaken;
  }

  #onMessage(change: OutboxChange): void {
    const { entry, state } = change;
    if (entry.type !== 'send') return;
    if (state === 'discarded') return this.#setMessage(entry.id, undefined);
    const log = this.#store.state.logs.get(entry.room);
    const isInLog = log?.items.some((item) => item.type === 'message' && item.id === entry.id);
    // Without a log nothing shows it, and its event may have come already.
    if (state === 'stored' && (isInLog || !log)) return this.#setMessage(entry.id, undefined);
    const { id, room, body, thread, reply_to, files } = entry;
    this.#setMessage(id, {
      id,
      room,
      body,
      state,
      ...(typeof thread === 'number' && { thread }),
      ...(typeof reply_to === 'number' && { reply_to }),
      ...(files && { files }),
      ...(state === 'refused' && { reason: errorText(change.error) }),
    });
  }

  #onChange(change: OutboxChange): void {
    const { entry } = change;
    if (entry.type === 'send') return;
    const { order: _, refusal: __, ...frame } = entry;
    const { id, room } = frame;
    const forget = (): void => this.#forget((other) => other.id === id);
    switch (change.state) {
      case 'queued':
      case 'sending':
        return this.#setChange({ ...frame, state: change.state });
      case 'stored': {
        // Its event may have come already; where none will come there is nothing to wait for.
        const { seq } = change.ack;
        const isHeard = (this.#client.position(room) ?? Infinity) >= seq;
        return isHeard ? forget() : this.#setChange({ ...frame, state: 'stored', seq });
      }
      case 'discarded':
        return forget();
      case 'refused': {
        const reason = errorText(change.error);
        // The words of an edit are kept, to be sent again; what was one click is told of, and done with.
        if (frame.type === 'edit' && !pointless.has(change.error.code))
          return this.#setChange({ ...frame, state: 'refused', reason });
        this.#notice(reason);
        return this.#client.discard(id);
      }
    }
  }

  #setMessage(id: string, message: PendingMessage | undefined): void {
    const { pending } = this.#store.state;
    const index = pending.findIndex((other) => other.id === id);
    if (message) this.#store.set({ pending: index < 0 ? [...pending, message] : pending.with(index, message) });
    else if (index >= 0) this.#store.set({ pending: pending.toSpliced(index, 1) });
  }

  #setChange(change: PendingChange): void {
    const { changes } = this.#store.state;
    const index = changes.findIndex(({ id }) => id === change.id);
    this.#store.set({ changes: index < 0 ? [...changes, change] : changes.with(index, change) });
  }

  #forget(isDone: (change: PendingChange) => boolean): void {
    const { changes } = this.#store.state;
    const left = changes.filter((change) => !isDone(change));
    if (left.length < changes.length) this.#store.set({ changes: left });
  }
}
