// A server of the protocol in memory, for tests: rooms as plain logs, sockets that a test may break, delay or make lossy.
import { errorCatalogue, type ErrorCode } from '@natter/contracts/errors';
import type { LogEvent, MessageEvent, RoomView, UserRef } from '@natter/contracts/events';
import type { ClientFrame, ServerFrame, StoringFrame, SyncedRoom } from '@natter/contracts/frames';
import { socketLimits } from '@natter/contracts/limits';
import type { Clock } from '../clock.js';
import { afterChange } from '../message-changes.js';
import type { WebSocketLike } from '../socket.js';

type Listener = (event: never) => void;

/** One end of a socket, as the client sees it. */
export class ModelSocket implements WebSocketLike {
  readonly #listeners = new Map<string, Listener[]>();
  readonly sent: ClientFrame[] = [];
  isOpen = false;
  isClosed = false;
  onSent: (frame: ClientFrame) => void = () => {};

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(data: string): void {
    if (this.isClosed) return;
    const frame = JSON.parse(data) as ClientFrame;
    this.sent.push(frame);
    this.onSent(frame);
  }

  close(): void {
    this.isClosed = true;
  }

  opens(): void {
    this.isOpen = true;
    this.#tell('open', {});
  }

  /** The server says something. */
  says(frame: ServerFrame): void {
    if (!this.isClosed) this.#tell('message', { data: JSON.stringify(frame) });
  }

  /** The server, or the network, ends it. */
  ends(code = 1006, reason = ''): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#tell('close', { code, reason });
  }

  #tell(type: string, event: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) (listener as (event: unknown) => void)(event);
  }
}

export interface ModelServerOptions {
  clock: Clock;
  rooms?: string[];
  /** What may happen to one frame of the server on its way. */
  fate?: (frame: ServerFrame) => 'arrives' | 'is_lost' | 'comes_twice';
  /** What may happen to one request. `breaks_before`, `breaks_after`: the connection, before or after it was stored. */
  treat?: (frame: StoringFrame) => 'stores' | 'breaks_before' | 'breaks_after' | ErrorCode;
  latencyMs?: () => number;
}

/** What becomes of a message, said by whoever it was. */
type Change =
  | { type: 'edited'; target: number; body: string; mentions: string[] }
  | { type: 'deleted'; target: number }
  | { type: 'reaction'; target: number; emoji: string; op: 'add' | 'remove' };

const bob = { id: 'user-2', username: 'bob' };
export const modelUser = { id: 'user-1', username: 'ada', display_name: 'Ada', avatar: null, permissions: [] };

/** A server for tests; `connect` opens sockets to it. */
export class ModelServer {
  readonly logs = new Map<string, LogEvent[]>();
  readonly sockets: ModelSocket[] = [];
  readonly #stored = new Map<string, LogEvent>();
  readonly #options: ModelServerOptions;

  constructor(options: ModelServerOptions) {
    this.#options = options;
    for (const room of options.rooms ?? ['room-1']) this.logs.set(room, []);
  }

  /** For `ChatClientOptions.connect`. */
  readonly connect = (): ModelSocket => {
    const socket = new ModelSocket();
    this.sockets.push(socket);
    socket.onSent = (frame) => this.#later(() => this.#receive(socket, frame));
    this.#later(() => socket.opens());
    return socket;
  };

  get socket(): ModelSocket {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('nobody connected');
    return socket;
  }

  /** Somebody says something in a room. */
  append(
    room: string,
    body: string,
    sender: UserRef = bob,
    id = `id-${room}-${body}`,
    more: Partial<MessageEvent> = {},
  ): LogEvent {
    return this.#place(room, {
      type: 'message',
      id,
      sender: { id: sender.id, username: sender.username },
      body,
      thread: null,
      reply_to: null,
      files: [],
      mentions: [],
      reactions: {},
      replies: null,
      edited_at: null,
      deleted: false,
      ...more,
    });
  }

  /** Somebody changes a message; what is replayed shows it as it is then. */
  change(room: string, change: Change, by: UserRef = bob): LogEvent {
    return this.#place(room, { ...change, by: { id: by.id, username: by.username, display_name: '', avatar: null } });
  }

  tell(socket: ModelSocket, frame: ServerFrame): void {
    const fate = this.#options.fate?.(frame) ?? 'arrives';
    if (fate !== 'is_lost') this.#later(() => socket.says(frame));
    if (fate === 'comes_twice') this.#later(() => socket.says(frame));
  }

  view(room: string): RoomView {
    const last_seq = this.logs.get(room)!.length;
    return {
      id: room,
      name: room,
      title: room,
      kind: 'room',
      visibility: 'public',
      role: 'member',
      members: 2,
      last_seq,
      read: 0,
      delivered: 0,
      unread: 0,
      mentions: 0,
      notify: 'all',
    } as RoomView;
  }

  #later(run: () => void): void {
    this.#options.clock.after(this.#options.latencyMs?.() ?? 1, run);
  }

  #receive(socket: ModelSocket, frame: ClientFrame): void {
    if (socket.isClosed) return;
    if (frame.type === 'hello') this.#welcome(socket, frame.rooms ?? {});
    else if (frame.type === 'sync') this.#replay(socket, frame.rooms, frame.id);
    else if (frame.type === 'ping') this.tell(socket, { type: 'pong', server_ts: '' });
    else if (isStoring(frame)) this.#store(socket, frame);
  }

  #welcome(socket: ModelSocket, rooms: Record<string, number>): void {
    socket.says({
      type: 'ready',
      connection: `connection-${this.sockets.length}`,
      session: 'session-1',
      gateway: 'ws-1',
      user: modelUser,
      heartbeat_ms: 25_000,
      server_ts: '',
      notifications: 0,
      rooms: [...this.logs.keys()].map((room) => this.view(room)),
      limits: socketLimits,
    });
    this.#replay(socket, rooms);
  }

  #replay(socket: ModelSocket, rooms: Record<string, number>, id?: string): void {
    const answers: Record<string, SyncedRoom> = {};
    for (const [room, position] of Object.entries(rooms)) {
      const log = this.logs.get(room);
      for (const event of log?.slice(position) ?? []) this.tell(socket, event);
      if (!log) answers[room] = { gone: true };
      else answers[room] = position > log.length ? { seq: log.length, reset: true } : { seq: log.length };
    }
    this.tell(socket, { type: 'synced', ...(id !== undefined && { id }), rooms: answers });
  }

  #store(socket: ModelSocket, frame: StoringFrame): void {
    const { id, room } = frame;
    const treatment = this.#options.treat?.(frame) ?? 'stores';
    if (treatment === 'breaks_before') return socket.ends();
    if (treatment !== 'stores' && treatment !== 'breaks_after') {
      const { outcome, message } = errorCatalogue[treatment];
      return this.tell(socket, { type: 'error', id, code: treatment, message, outcome, retry_after_ms: 100 });
    }
    const found = this.#stored.get(id);
    const event = found ?? this.#storeOnce(frame);
    this.#stored.set(id, event);
    if (treatment === 'breaks_after') return socket.ends();
    this.tell(socket, { type: 'ack', id, room, seq: event.seq, ts: event.ts, ...(found && { dup: true }) });
  }

  #storeOnce(frame: StoringFrame): LogEvent {
    const { room } = frame;
    switch (frame.type) {
      case 'send':
        return this.append(room, frame.body, modelUser, frame.id, { thread: frame.thread ?? null });
      case 'edit':
        return this.change(room, { type: 'edited', target: frame.target, body: frame.body, mentions: [] }, modelUser);
      case 'delete':
        return this.change(room, { type: 'deleted', target: frame.target }, modelUser);
      case 'react':
        return this.change(
          room,
          { type: 'reaction', target: frame.target, emoji: frame.emoji, op: frame.op },
          modelUser,
        );
    }
  }

  #place(room: string, rest: object): LogEvent {
    const log = this.logs.get(room)!;
    const event = { ...rest, room, seq: log.length + 1, ts: new Date(log.length).toISOString() } as LogEvent;
    for (const [index, earlier] of log.entries())
      if (earlier.type === 'message') log[index] = afterChange(earlier, event);
    log.push(event);
    for (const socket of this.sockets) if (socket.isOpen && !socket.isClosed) this.tell(socket, event);
    return event;
  }
}

const isStoring = (frame: ClientFrame): frame is StoringFrame =>
  frame.type === 'send' || frame.type === 'edit' || frame.type === 'delete' || frame.type === 'react';
