// A client that is the SDK as it ships. Its frames go into the history like everybody's; and what it hands to its
// application is held against what the SDK promises: per room each event exactly once, in order, without holes.
import { ChatClient } from '@natter/client/chat-client';
import { type WebSocketLike, subprotocol } from '@natter/client/socket';
import type { ClientFrame, ServerFrame } from '@natter/contracts/frames';
import { WebSocket } from 'ws';
import type { History } from '../harness/history.js';
import { FrameRecorder } from './frame-recorder.js';
import type { Answered } from './rule-user.js';

export interface SdkUserOptions {
  name: string;
  user: string;
  token: string;
  history: History;
  random: () => number;
  door: () => string;
}

export class SdkUser {
  readonly name: string;
  /** What its application was handed out of order, or twice. */
  readonly complaints: string[] = [];
  readonly #client: ChatClient;
  readonly #handed = new Map<string, number>();
  #connections = 0;
  #socket: WebSocket | undefined;

  constructor(private readonly options: SdkUserOptions) {
    this.name = options.name;
    this.#client = new ChatClient({ connect: () => this.#dial(), random: options.random });
    this.#client.on('event', ({ room, seq }) => {
      const before = this.#handed.get(room);
      if (before !== undefined && seq !== before + 1)
        this.complaints.push(`the SDK of ${this.name} handed out seq ${seq} after ${before} of ${room}`);
      this.#handed.set(room, seq);
    });
    this.#client.on('reset', ({ room, seq }) => this.#handed.set(room, seq));
  }

  start(): this {
    this.#client.connect();
    return this;
  }

  stop(): Promise<void> {
    this.#client.close();
    return Promise.resolve();
  }

  get isReady(): boolean {
    return this.#client.state.phase === 'live';
  }

  /** How long it will wait before it connects again. */
  get waitMs(): number {
    const { state } = this.#client;
    return state.phase === 'waiting' ? Math.max(0, state.retryAtMs - performance.now()) : 0;
  }

  /** The connection the server knows it by. */
  get connectionId(): string | undefined {
    const { state } = this.#client;
    return state.phase === 'live' ? state.connection : undefined;
  }

  get unacked(): number {
    return this.#client.pending.length;
  }

  get stoppedBy(): string | undefined {
    const { state } = this.#client;
    return state.phase === 'stopped' ? `${state.why} ${state.code} ${state.reason}` : undefined;
  }

  position(room: string): number {
    return this.#client.position(room) ?? 0;
  }

  send(room: string, body: string): Promise<Answered> {
    return answered(this.#client.send(room, body));
  }

  edit(room: string, target: number, body: string): Promise<Answered> {
    return answered(this.#client.edit(room, target, body));
  }

  delete(room: string, target: number): Promise<Answered> {
    return answered(this.#client.delete(room, target));
  }

  react(room: string, target: number, emoji: string, op: 'add' | 'remove'): Promise<Answered> {
    return answered(this.#client.react(room, target, emoji, op));
  }

  cut(): void {
    this.#socket?.terminate();
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  #dial(): WebSocketLike {
    const { name, user, token, history, door } = this.options;
    this.#connections += 1;
    const connection = `${name}#${this.#connections}`;
    const recorder = new FrameRecorder(history, connection);
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(door(), subprotocol, { headers, perMessageDeflate: false });
    this.#socket = socket;
    socket.on('open', () => {
      history.record({ kind: 'opened', connection, reader: name, user });
      socket.on('close', (code) => history.record({ kind: 'closed', connection, code }));
    });
    socket.on('message', (data) => recorder.received(JSON.parse(String(data)) as ServerFrame));
    const send = socket.send.bind(socket);
    socket.send = (data: unknown): void => {
      recorder.sent(JSON.parse(String(data)) as ClientFrame);
      send(String(data));
    };
    return socket;
  }
}

const answered = (asked: Promise<{ seq: number }>): Promise<Answered> =>
  asked.then(
    ({ seq }) => ({ seq }),
    (error: Error) => ({ refusal: error.message }),
  );
