// A client that follows «What every client does» of PROTOCOL.md to the letter, written apart from
// packages/client so that one misunderstanding cannot hide in both. It records all it does and gets.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterClose } from '@natter/contracts/close-codes';
import type { LogEvent } from '@natter/contracts/events';
import type {
  AckFrame,
  ErrorFrame,
  ReadyFrame,
  ServerFrame,
  StoringFrame,
  SyncedFrame,
} from '@natter/contracts/frames';
import { asked, type History, seen } from './history.js';
import { type OpenOptions, RawSocket, UpgradeRefused } from './raw-socket.js';
import type { Seeded } from './seeded.js';

const LONGEST_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 500;
const CALM_MS = 30_000;
const TICK_MS = 1_000;
const PATIENCE_AFTER_PING_MS = 10_000;

export interface RawUserOptions {
  /** Names the device in findings; unique in a history. */
  name: string;
  user: string;
  token: string;
  history: History;
  random: Seeded;
  /** Where the next connection goes. */
  door: () => string;
  /** Where the next connection will break, or undefined for one that holds. */
  weather?: () => OpenOptions['cut'];
  /** Shortens the waits before reconnecting: a client in a hurry is harder on the system. 1 unless given. */
  waitFactor?: number;
}

interface Unacked {
  frame: StoringFrame;
  settle: (answer: AckFrame | ErrorFrame) => void;
}

export class RawUser {
  /** Rule 1: per room, the highest seq below which nothing is missing. */
  readonly positions = new Map<string, number>();
  readonly rooms = new Set<string>();
  socket: RawSocket | undefined;
  connections = 0;
  /** Why it stopped for good, should it have. */
  stoppedBy: string | undefined;
  readonly #unacked = new Map<string, Unacked>();
  readonly #syncing = new Map<string, string[]>();
  readonly #receipted = new Map<string, number>();
  #connection = '';
  #isReady = false;
  #isWanted = true;
  #afterMs: number | undefined;
  #dialsAtMs = 0;
  #heartbeatMs = 25_000;
  #pingedAtMs: number | undefined;
  #life: Promise<void> = Promise.resolve();

  constructor(private readonly options: RawUserOptions) {}

  get unacked(): number {
    return this.#unacked.size;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  /** How long the rules make it wait before it connects again. */
  get waitMs(): number {
    return Math.max(0, this.#dialsAtMs - performance.now());
  }

  /** Where it stands, for somebody who looks for what went wrong. */
  describe(heads: readonly { room: string; head: number }[]): string {
    const gateway = this.socket?.all('ready')[0]?.gateway ?? 'no gateway yet';
    const isSynced = this.socket?.all('synced').length === 0 ? 'not synced' : 'synced';
    const behind = heads.filter(({ room, head }) => this.positions.get(room) !== head);
    const places = behind.map(({ room, head }) => `${room} at ${this.positions.get(room)} of ${head}`);
    const state = this.#isReady ? `ready at ${gateway}, ${isSynced}` : 'not ready';
    return `${this.#connection} ${state}, ${this.#unacked.size} unacked, ${places.join(', ')}`;
  }

  start(): this {
    this.#isWanted = true;
    this.#life = this.#live();
    return this;
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    this.socket?.close();
    await this.#life;
  }

  /** Settles with the final answer, over as many connections as it takes. */
  send(room: string, body: string): Promise<AckFrame | ErrorFrame> {
    return this.#ask({ type: 'send', id: randomUUID(), room, body });
  }

  /** As `send`; `target` is the seq of a message. */
  edit(room: string, target: number, body: string): Promise<AckFrame | ErrorFrame> {
    return this.#ask({ type: 'edit', id: randomUUID(), room, target, body });
  }

  delete(room: string, target: number): Promise<AckFrame | ErrorFrame> {
    return this.#ask({ type: 'delete', id: randomUUID(), room, target });
  }

  react(room: string, target: number, emoji: string, op: 'add' | 'remove'): Promise<AckFrame | ErrorFrame> {
    return this.#ask({ type: 'react', id: randomUUID(), room, target, emoji, op });
  }

  #ask(frame: StoringFrame): Promise<AckFrame | ErrorFrame> {
    return new Promise((settle) => {
      this.#unacked.set(frame.id, { frame, settle });
      if (this.#isReady) this.#transmit(frame);
    });
  }

  async #live(): Promise<void> {
    for (let tries = 0; this.#isWanted && this.stoppedBy === undefined; tries += 1) {
      const startedMs = Date.now();
      await this.#connectOnce();
      if (Date.now() - startedMs >= CALM_MS) tries = 0;
      if (!this.#isWanted) break;
      const ceilingMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries);
      const { random, waitFactor = 1 } = this.options;
      const waitMs = this.#afterMs ?? random.next() * ceilingMs * waitFactor;
      this.#dialsAtMs = performance.now() + waitMs;
      await sleep(waitMs);
    }
  }

  /** One connection from upgrade to end. */
  async #connectOnce(): Promise<void> {
    const { name, user, token, history, door, weather } = this.options;
    this.connections += 1;
    this.#connection = `${name}#${this.connections}`;
    this.#afterMs = undefined;
    this.#pingedAtMs = undefined;
    this.#syncing.clear();
    const cut = weather?.();
    const onFrame = (frame: ServerFrame): void => this.#take(frame);
    try {
      this.socket = await RawSocket.open(door(), { token, onFrame, forgetsEvents: true, ...(cut ? { cut } : {}) });
    } catch (error) {
      if (!(error instanceof UpgradeRefused)) throw error;
      if ([401, 403, 426].includes(error.status)) this.stoppedBy = error.message;
      return;
    }
    history.record({ kind: 'opened', connection: this.#connection, reader: name, user });
    this.socket.send({ type: 'hello', client: 'e2e/1', rooms: Object.fromEntries(this.positions) });
    const ticking = setInterval(() => this.#tick(), TICK_MS);
    const { code } = await this.socket.closed;
    clearInterval(ticking);
    this.#isReady = false;
    history.record({ kind: 'closed', connection: this.#connection, code });
    const next = afterClose(code);
    if (this.#isWanted && (next === 'stop' || next === 'sign_in')) this.stoppedBy = `closed with ${code}`;
  }

  #take(frame: ServerFrame): void {
    switch (frame.type) {
      case 'ready':
        return this.#ready(frame);
      case 'synced':
        return this.#synced(frame);
      case 'ack':
        return this.#acked(frame);
      case 'error':
        return this.#failed(frame);
      case 'room_added':
        return this.#position(frame.room.id, frame.room.last_seq);
      case 'room_removed':
        return this.#forget(frame.room);
      case 'bye':
        if (frame.reconnect) this.#afterMs = frame.after_ms;
        return;
      case 'pong':
      case 'receipt':
      case 'typing':
      case 'presence':
      case 'notification':
      case 'user':
        return;
      default:
        return this.#apply(frame);
    }
  }

  #ready(frame: ReadyFrame): void {
    this.#heartbeatMs = frame.heartbeat_ms;
    for (const room of frame.rooms) this.#position(room.id, this.positions.get(room.id) ?? room.last_seq);
    this.#isReady = true;
    for (const { frame: unacked } of this.#unacked.values()) this.#transmit(unacked); // rule 2
  }

  #position(room: string, seq: number): void {
    this.rooms.add(room);
    this.positions.set(room, seq);
    this.options.history.record({ kind: 'positioned', connection: this.#connection, room, seq });
  }

  #forget(room: string): void {
    this.rooms.delete(room);
    this.positions.delete(room);
    this.options.history.record({ kind: 'removed', connection: this.#connection, room });
  }

  /** Rule 1. */
  #apply(event: LogEvent): void {
    const { room, seq } = event;
    this.options.history.record({ kind: 'received', connection: this.#connection, event: seen(event) });
    const position = this.positions.get(room);
    if (position === undefined || seq <= position) return;
    if (seq === position + 1) this.positions.set(room, seq);
    else if (![...this.#syncing.values()].some((rooms) => rooms.includes(room))) this.#sync(room, position);
  }

  #sync(room: string, seq: number): void {
    const id = randomUUID();
    this.#syncing.set(id, [room]);
    this.options.history.record({ kind: 'syncing', connection: this.#connection, room, seq });
    this.socket?.send({ type: 'sync', id, rooms: { [room]: seq } });
  }

  #synced({ id, rooms }: SyncedFrame): void {
    if (id !== undefined) this.#syncing.delete(id);
    for (const [room, place] of Object.entries(rooms)) {
      if ('gone' in place) {
        this.#forget(room);
        continue;
      }
      const { seq, reset = false } = place;
      this.options.history.record({ kind: 'synced', connection: this.#connection, room, seq, reset });
      if (reset) this.positions.set(room, seq);
    }
  }

  #transmit(frame: StoringFrame): void {
    this.options.history.record(asked(this.#connection, frame));
    this.socket?.send(frame);
  }

  #acked(frame: AckFrame): void {
    const { id, room, seq, ts, dup = false } = frame;
    this.options.history.record({ kind: 'acked', connection: this.#connection, room, id, seq, ts, dup });
    this.#unacked.get(id)?.settle(frame);
    this.#unacked.delete(id);
  }

  #failed(frame: ErrorFrame): void {
    const { id, code, outcome, retry_after_ms: retryAfterMs } = frame;
    const unacked = id === undefined ? undefined : this.#unacked.get(id);
    if (id === undefined || !unacked) return;
    this.options.history.record({ kind: 'failed', connection: this.#connection, id, code, outcome });
    if (outcome === 'unknown' || code === 'rate_limited' || code === 'too_many_inflight') {
      const connection = this.#connection;
      const again = (): void => {
        const isSame = this.#isReady && this.#connection === connection; // a new connection has sent it already
        if (isSame && this.#unacked.has(id)) this.#transmit(unacked.frame);
      };
      setTimeout(again, retryAfterMs ?? FIRST_WAIT_MS);
    } else {
      this.#unacked.delete(id);
      unacked.settle(frame);
    }
  }

  /** Once a second: receipts (rule 4), and a look at whether the server is still there. */
  #tick(): void {
    const { socket } = this;
    if (!socket?.isOpen || !this.#isReady) return;
    for (const [room, delivered] of this.positions) {
      if (delivered === 0 || this.#receipted.get(room) === delivered) continue;
      this.#receipted.set(room, delivered);
      socket.send({ type: 'receipt', room, delivered });
    }
    const nowMs = Date.now();
    if (this.#pingedAtMs !== undefined && socket.lastHeardMs > this.#pingedAtMs) this.#pingedAtMs = undefined;
    if (this.#pingedAtMs !== undefined && nowMs - this.#pingedAtMs > PATIENCE_AFTER_PING_MS) return socket.cut();
    if (this.#pingedAtMs !== undefined || nowMs - socket.lastHeardMs < this.#heartbeatMs) return;
    this.#pingedAtMs = nowMs;
    socket.send({ type: 'ping' });
  }
}
