// A server of the protocol in memory, for tests: rooms as plain logs, sockets that a test may break, delay or make lossy.
import { errorCatalogue, type ErrorCode } from '@natter/contracts/errors';
import type { LogEvent, RoomView } from '@natter/contracts/events';
import type { ClientFrame, SendFrame, ServerFrame, SyncedRoom } from '@natter/contracts/frames';
import { socketLimits } from '@natter/contracts/limits';
import type { Clock } from '../clock.js';
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
  treat?: (frame: SendFrame) => 'stores' | 'breaks_before' | 'breaks_after' | ErrorCode;
  latencyMs?: () => number;
}

export const modelUser = { id: 'user-1', username: 'ada', display_name: 'Ada', avatar: null, permissions: [] };

/** A server for tests; `connect` opens sockets to it. */
export class ModelServer {
  readonly logs = new Map<string, LogEvent[]>();
  readonly sockets: ModelSocket[] = [];
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
  append(room: string, body: string, sender = { id: 'user-2', username: 'bob' }, id = `id-${room}-${body}`): LogEvent {
    const log = this.logs.get(room)!;
    const event: LogEvent = {
      type: 'message',
      room,
      seq: log.length + 1,
      ts: new Date(log.length).toISOString(),
      id,
      sender,
      body,
      thread: null,
      reply_to: null,
      files: [],
      mentions: [],
      reactions: {},
      replies: null,
      edited_at: null,
      deleted: false,
    } as LogEvent;
    log.push(event);
    for (const socket of this.sockets) if (socket.isOpen && !socket.isClosed) this.tell(socket, event);
    return event;
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
    else if (frame.type === 'send') this.#store(socket, frame);
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

  #store(socket: ModelSocket, { id, room, body }: SendFrame): void {
    const treatment = this.#options.treat?.({ type: 'send', id, room, body }) ?? 'stores';
    if (treatment === 'breaks_before') return socket.ends();
    if (treatment !== 'stores' && treatment !== 'breaks_after') {
      const { outcome, message } = errorCatalogue[treatment];
      return this.tell(socket, { type: 'error', id, code: treatment, message, outcome, retry_after_ms: 100 });
    }
    const log = this.logs.get(room)!;
    const found = log.find((event) => event.type === 'message' && event.id === id);
    const event = found ?? this.append(room, body, modelUser, id);
    if (treatment === 'breaks_after') return socket.ends();
    this.tell(socket, { type: 'ack', id, room, seq: event.seq, ts: event.ts, ...(found && { dup: true }) });
  }
}
