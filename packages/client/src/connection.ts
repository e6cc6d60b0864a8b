// One connection to the server that comes back by itself: hello, heartbeat, close codes, waits. It knows frames, not rooms.
import { afterClose, closeCodes } from '@natter/contracts/close-codes';
import type { ByeEvent } from '@natter/contracts/events';
import type { ClientFrame, HelloFrame, ReadyFrame, ServerFrame } from '@natter/contracts/frames';
import { limits } from '@natter/contracts/limits';
import { Backoff } from './backoff.js';
import { type Clock, type Random, systemClock } from './clock.js';
import type { Connect, WebSocketLike } from './socket.js';

export type ConnectionState =
  /** Not asked to connect. */
  | { phase: 'closed' }
  | { phase: 'connecting' }
  | { phase: 'live'; connection: string; gateway: string }
  /** Will try again at `retryAtMs` (of the clock passed in; `performance.now()` by default). */
  | { phase: 'waiting'; retryAtMs: number; failures: number }
  /** Will not try again by itself: `sign_in` first, or `stop`: a person must act. */
  | { phase: 'stopped'; why: 'sign_in' | 'stop'; code: number; reason: string };

/**
 * What `/api/auth/me` says after a socket was refused, which a browser cannot see.
 * `granted`: signed in, so it was something else; `renewed`: signed in again just now.
 */
export type Access = 'granted' | 'renewed' | 'sign_in';

export interface ConnectionOptions {
  connect: Connect;
  clock?: Clock;
  random?: Random;
  hello: () => HelloFrame;
  /** Every frame of the server, in order; `ready` comes before the state turns to `live`. */
  onFrame: (frame: ServerFrame) => void;
  onState: (state: ConnectionState) => void;
  /** A connection that was open is gone; `repeatNot`: because of a frame that was sent. */
  onLost: (repeatNot: boolean) => void;
  /** Asked when a socket closes before it opens. Throwing means: not known. */
  checkAccess?: () => Promise<Access>;
  /** Longest wait from dialling to `ready`. */
  connectTimeoutMs?: number;
  /** Longest wait for an answer to `ping`. */
  pongTimeoutMs?: number;
}

/** `after_ms` beyond this is not believed. */
const longestWaitMs = 5 * 60_000;
/** Where a socket ended without a close frame. */
const abnormal = 1006;

/** Keeps one connection open until `close`; frames go in and out, and each state is told. */
export class Connection {
  readonly #options: ConnectionOptions;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  #state: ConnectionState = { phase: 'closed' };
  /** Rises with each try, so that what an abandoned one still says is not heard. */
  #attempt = 0;
  #failures = 0;
  #socket: WebSocketLike | undefined;
  #opened = false;
  #bye: ByeEvent | undefined;
  #heartbeatMs: number = limits.heartbeatMs;
  #heardAtMs = 0;
  #heardFrames = 0;
  #checkingAccess = false;
  #cancelTimer: () => void = () => {};

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#backoff = new Backoff({ clock: this.#clock, ...(options.random && { random: options.random }) });
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Connects, and keeps connected until `close`. */
  open(): void {
    if (this.#state.phase === 'connecting' || this.#state.phase === 'live') return;
    void this.#dial();
  }

  /** Ends the connection for good, until `open`. */
  close(): void {
    this.#abandon(1000, 'closed');
    this.#set({ phase: 'closed' });
  }

  /** Something may have changed (the network is back, the page is seen again): try now, or make sure that it still works. */
  nudge(): void {
    if (this.#state.phase === 'waiting') void this.#dial();
    else if (this.#state.phase === 'live') this.#probe();
  }

  /** Drops a connection that does not do what it should, and connects anew. */
  restart(): void {
    if (this.#state.phase === 'live') this.#lost(closeCodes.heartbeat_missed.code, 'no answer');
  }

  /** False when there is no connection to send it on. */
  send(frame: ClientFrame): boolean {
    if (!this.#socket || !this.#opened) return false;
    try {
      this.#socket.send(JSON.stringify(frame));
      return true;
    } catch {
      return false;
    }
  }

  async #dial(): Promise<void> {
    this.#cancelTimer();
    const attempt = ++this.#attempt;
    this.#set({ phase: 'connecting' });
    this.#cancelTimer = this.#clock.after(this.#options.connectTimeoutMs ?? 15_000, () =>
      this.#lost(abnormal, 'not ready in time'),
    );
    let socket: WebSocketLike;
    try {
      socket = await this.#options.connect();
    } catch {
      if (attempt === this.#attempt) this.#lost(abnormal, 'could not connect');
      return;
    }
    socket.addEventListener('error', () => {}); // a `close` follows; unheard, it would end a Node process
    if (attempt !== this.#attempt) {
      socket.close();
      return;
    }
    this.#socket = socket;
    socket.addEventListener('open', () => {
      if (attempt !== this.#attempt) return;
      this.#opened = true;
      this.send(this.#options.hello());
    });
    socket.addEventListener('message', ({ data }) => {
      if (attempt === this.#attempt) this.#hear(data);
    });
    socket.addEventListener('close', ({ code, reason }) => {
      if (attempt === this.#attempt) this.#lost(code, reason);
    });
  }

  #hear(data: unknown): void {
    this.#heardAtMs = this.#clock.nowMs();
    this.#heardFrames += 1;
    const frame = parse(data);
    if (!frame) return;
    if (frame.type === 'bye') this.#bye = frame;
    const attempt = this.#attempt;
    this.#options.onFrame(frame);
    if (frame.type === 'ready' && attempt === this.#attempt) this.#live(frame);
  }

  #live(ready: ReadyFrame): void {
    this.#failures = 0;
    this.#backoff.succeeded();
    this.#heartbeatMs = ready.heartbeat_ms;
    this.#listen();
    this.#set({ phase: 'live', connection: ready.connection, gateway: ready.gateway });
  }

  /** Waits for silence. One timer that looks back is cheaper than one moved by every frame. */
  #listen(): void {
    this.#cancelTimer();
    const quietMs = this.#clock.nowMs() - this.#heardAtMs;
    this.#cancelTimer = this.#clock.after(this.#heartbeatMs - quietMs, () => {
      if (this.#clock.nowMs() - this.#heardAtMs >= this.#heartbeatMs) this.#probe();
      else this.#listen();
    });
  }

  #probe(): void {
    this.#cancelTimer();
    const heardFrames = this.#heardFrames;
    this.send({ type: 'ping' });
    this.#cancelTimer = this.#clock.after(this.#options.pongTimeoutMs ?? 10_000, () => {
      if (this.#heardFrames > heardFrames) this.#listen();
      else this.#lost(closeCodes.heartbeat_missed.code, 'heartbeat missed');
    });
  }

  #lost(code: number, reason: string): void {
    const bye = this.#bye;
    const opened = this.#opened;
    this.#abandon();
    if (opened) this.#options.onLost(afterClose(code) === 'repeat_not');

    const policy = this.#policy(code, bye);
    if (policy !== 'reconnect') {
      this.#set({ phase: 'stopped', why: policy, code, reason: bye?.reason ?? reason });
      return;
    }
    const delayMs = bye && bye.after_ms > 0 ? Math.min(bye.after_ms, longestWaitMs) : this.#backoff.nextMs();
    this.#failures += 1;
    this.#cancelTimer = this.#clock.after(delayMs, () => void this.#dial());
    this.#set({ phase: 'waiting', retryAtMs: this.#clock.nowMs() + delayMs, failures: this.#failures });
    if (!opened) void this.#checkAccess();
  }

  #policy(code: number, bye: ByeEvent | undefined): 'reconnect' | 'sign_in' | 'stop' {
    // 1000 that nobody here asked for is a proxy's doing: come back.
    const byCode =
      code === closeCodes.normal.code ? 'reconnect' : afterClose(bye && code === abnormal ? bye.code : code);
    const policy = byCode === 'repeat_not' ? 'reconnect' : byCode;
    return policy === 'reconnect' && bye?.reconnect === false ? 'stop' : policy;
  }

  async #checkAccess(): Promise<void> {
    if (!this.#options.checkAccess || this.#checkingAccess) return;
    this.#checkingAccess = true;
    const attempt = this.#attempt;
    const access = await this.#options.checkAccess().catch(() => 'granted' as const);
    this.#checkingAccess = false;
    if (attempt !== this.#attempt || this.#state.phase !== 'waiting') return;
    if (access === 'renewed') {
      void this.#dial();
    } else if (access === 'sign_in') {
      this.#abandon();
      const { code, reason } = closeCodes.session_ended;
      this.#set({ phase: 'stopped', why: 'sign_in', code, reason });
    }
  }

  #abandon(code?: number, reason?: string): void {
    this.#attempt += 1;
    this.#cancelTimer();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#opened = false;
    this.#bye = undefined;
    try {
      socket?.close(code, reason);
    } catch {
      // already closed
    }
  }

  #set(state: ConnectionState): void {
    if (state.phase === 'closed' && this.#state.phase === 'closed') return;
    this.#state = state;
    this.#options.onState(state);
  }
}

function parse(data: unknown): ServerFrame | undefined {
  if (typeof data !== 'string') return undefined;
  try {
    const frame: unknown = JSON.parse(data);
    const isFrame = typeof frame === 'object' && frame !== null && 'type' in frame && typeof frame.type === 'string';
    return isFrame ? (frame as ServerFrame) : undefined;
  } catch {
    return undefined;
  }
}
