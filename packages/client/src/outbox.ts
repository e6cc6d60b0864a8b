// Requests on their way into the log: kept until acknowledged, sent in order, paced, and sent again with the same id when in doubt.
import { type ErrorCode, errorCatalogue, NatterError } from '@natter/contracts/errors';
import type { ErrorFrame, StoringFrame } from '@natter/contracts/frames';
import { socketLimits } from '@natter/contracts/limits';
import { Backoff } from './backoff.js';
import type { Clock, Random } from './clock.js';
import { type Ack, noOutboxStore, type OutboxChange, type OutboxEntry, type OutboxStore } from './outbox-store.js';
import { TokenBucket } from './token-bucket.js';

export interface OutboxOptions {
  clock: Clock;
  random?: Random;
  store?: OutboxStore;
  /** False when there is no connection. */
  transmit: (frame: StoringFrame) => boolean;
  onChange?: (change: OutboxChange) => void;
  /** The server owes an answer for longer than it may. */
  onStall?: () => void;
  /**
   * Requests of one room in flight at a time. 1: order within a room survives every fault. More is faster for a machine,
   * and keeps the order as long as the server answers `unknown` to none.
   */
  pipeline?: number;
  /** Entries held at most; above it `add` is refused with `too_many_inflight`. */
  maxEntries?: number;
}

interface Item {
  entry: OutboxEntry;
  state: 'queued' | 'sending' | 'refused';
  notBeforeMs: number;
  sentAtMs: number;
  backoff: Backoff;
  settle?: { resolve: (ack: Ack) => void; reject: (error: NatterError) => void };
}

/** P7 promises an answer within 5 s; this is twice that. */
const answerTimeoutMs = 10_000;

/** Keeps requests in order, each until it is stored or refused. Holds at most `maxEntries`. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #clock: Clock;
  readonly #store: OutboxStore;
  readonly #bucket: TokenBucket;
  #items = new Map<string, Item>();
  #lastOrder = 0;
  #isLive = false;
  #isLoaded = false;
  #inflight: number = socketLimits.inflight;
  /** After a frame that closed the socket: one at a time, until it is known which it was. */
  #isCautious = false;
  #pausedUntilMs = 0;
  #cancelPump: () => void = () => {};
  #cancelStall: () => void = () => {};
  #writes: Promise<void> = Promise.resolve();

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#store = options.store ?? noOutboxStore;
    this.#bucket = new TokenBucket(this.#clock, socketLimits.send_per_s, socketLimits.send_burst);
  }

  /** Entries that are not stored yet, in order; refused ones among them. */
  get entries(): OutboxEntry[] {
    return [...this.#items.values()].map((item) => item.entry);
  }

  /** Takes up what an earlier run left. Nothing is sent before; a store that fails is treated as empty. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    const entries = await this.#store.load().catch((): OutboxEntry[] => []);
    const added = this.#items;
    this.#items = new Map();
    for (const entry of entries) {
      if (added.has(entry.id)) continue;
      const item = this.#hold(entry, entry.refusal ? 'refused' : 'queued');
      this.#changed(item);
    }
    for (const item of added.values()) {
      item.entry.order = ++this.#lastOrder;
      this.#items.set(item.entry.id, item);
      this.#save(item.entry);
    }
    this.#isLoaded = true;
    this.#pump();
  }

  /** Has it stored once, however long it takes. Rejects with `refused` errors only, or when discarded. */
  add(frame: StoringFrame): Promise<Ack> {
    if (this.#items.has(frame.id)) return Promise.reject(new NatterError('id_conflict'));
    if (this.#items.size >= (this.#options.maxEntries ?? 1_000)) {
      return Promise.reject(new NatterError('too_many_inflight', { detail: 'too much waits to be sent' }));
    }
    const item = this.#hold({ ...frame, order: this.#lastOrder + 1 }, 'queued');
    if (this.#isLoaded) this.#save(item.entry);
    const ack = new Promise<Ack>((resolve, reject) => (item.settle = { resolve, reject }));
    this.#changed(item);
    this.#pump();
    return ack;
  }

  /** Sends a refused entry again, as a new request at the end of the queue. */
  retry(id: string, newId: string): void {
    const item = this.#items.get(id);
    if (item?.state !== 'refused') return;
    this.discard(id);
    const { refusal: _, order: __, ...frame } = item.entry;
    this.add({ ...frame, id: newId }).catch(() => {}); // told by `onChange`
  }

  /** Gives an entry up. One that is in flight may be stored all the same. */
  discard(id: string): void {
    const item = this.#items.get(id);
    if (!item) return;
    this.#drop(item);
    item.settle?.reject(new NatterError('gone', { detail: 'discarded before it was stored' }));
    this.#options.onChange?.({ state: 'discarded', entry: item.entry });
    this.#pump();
  }

  /** There is a connection, with these walls. */
  live(limits: { inflight: number; send_per_s: number; send_burst: number }): void {
    // Half of what is allowed: `sync` and the rest need room, and a refusal costs more than a wait.
    this.#inflight = Math.max(1, Math.floor(limits.inflight / 2));
    this.#bucket.resize(limits.send_per_s, limits.send_burst);
    this.#isLive = true;
    this.#pump();
  }

  /** The connection is gone: what was in flight will be sent again. `repeatNot`: it closed because of a frame. */
  lost(repeatNot = false): void {
    this.#isLive = false;
    this.#cancelPump();
    this.#cancelStall();
    const sending = [...this.#items.values()].filter((item) => item.state === 'sending');
    for (const item of sending) {
      item.state = 'queued';
      item.notBeforeMs = 0;
      this.#changed(item);
    }
    if (!repeatNot) return;
    if (sending.length === 1) this.#refuse(sending[0]!, 'too_large');
    else this.#isCautious = sending.length > 1;
  }

  /** It is in the log: told by `ack`, or by the message itself coming back. */
  stored(ack: Ack): void {
    const item = this.#items.get(ack.id);
    if (!item) return;
    this.#isCautious = false;
    this.#drop(item);
    item.settle?.resolve(ack);
    this.#options.onChange?.({ state: 'stored', entry: item.entry, ack });
    this.#pump();
  }

  /** The answer was an error. False when it was not about one of ours. */
  failed(error: ErrorFrame): boolean {
    const item = error.id === undefined ? undefined : this.#items.get(error.id);
    if (!item || item.state !== 'sending') return false;
    const waitMs = error.retry_after_ms ?? item.backoff.nextMs();
    const againAtMs = this.#clock.nowMs() + waitMs + (this.#options.random ?? Math.random)() * 250;
    if (error.code === 'rate_limited' || error.code === 'too_many_inflight') {
      this.#pausedUntilMs = Math.max(this.#pausedUntilMs, againAtMs);
      this.#queue(item);
    } else if (error.outcome === 'unknown') {
      item.notBeforeMs = againAtMs;
      this.#queue(item);
    } else {
      this.#refuse(item, error.code, error.message);
    }
    this.#pump();
    return true;
  }

  /** Resolves when the store has all that was said so far. */
  saved(): Promise<void> {
    return this.#writes;
  }

  #hold(entry: OutboxEntry, state: Item['state']): Item {
    const random = this.#options.random;
    const backoff = new Backoff({ clock: this.#clock, ...(random && { random }) });
    const item: Item = { entry, state, notBeforeMs: 0, sentAtMs: 0, backoff };
    this.#items.set(entry.id, item);
    this.#lastOrder = Math.max(this.#lastOrder, entry.order);
    return item;
  }

  #queue(item: Item): void {
    item.state = 'queued';
    this.#changed(item);
  }

  #refuse(item: Item, code: ErrorCode, message: string = errorCatalogue[code].message): void {
    item.state = 'refused';
    item.entry = { ...item.entry, refusal: { code, message } };
    this.#save(item.entry);
    const { settle } = item;
    delete item.settle;
    settle?.reject(new NatterError(code, { detail: message }));
    this.#changed(item);
  }

  #drop(item: Item): void {
    this.#items.delete(item.entry.id);
    if (this.#isLoaded) this.#write(() => this.#store.remove(item.entry.id));
  }

  #pump(): void {
    this.#cancelPump();
    if (!this.#isLive || !this.#isLoaded) return;
    const nowMs = this.#clock.nowMs();
    if (this.#pausedUntilMs > nowMs) return this.#pumpIn(this.#pausedUntilMs - nowMs);

    const perRoom = this.#options.pipeline ?? 1;
    const window = this.#isCautious ? 1 : this.#inflight;
    const busy = new Map<string, number>();
    let sending = 0;
    for (const { entry, state } of this.#items.values()) {
      if (state !== 'sending') continue;
      sending += 1;
      busy.set(entry.room, (busy.get(entry.room) ?? 0) + 1);
    }
    let wakeInMs = Infinity;
    for (const item of this.#items.values()) {
      if (item.state !== 'queued') continue;
      const { room } = item.entry;
      const inRoom = busy.get(room) ?? 0;
      if (inRoom >= perRoom) continue;
      if (item.notBeforeMs > nowMs) {
        wakeInMs = Math.min(wakeInMs, item.notBeforeMs - nowMs);
        busy.set(room, perRoom); // what follows in this room waits with it
        continue;
      }
      if (sending >= window) break;
      if (!this.#bucket.take()) {
        wakeInMs = Math.min(wakeInMs, this.#bucket.waitMs());
        break;
      }
      if (!this.#transmit(item)) break;
      sending += 1;
      busy.set(room, inRoom + 1);
    }
    if (wakeInMs < Infinity) this.#pumpIn(wakeInMs);
    this.#watchStall();
  }

  #transmit(item: Item): boolean {
    const { order: _, refusal: __, ...frame } = item.entry;
    item.state = 'sending';
    item.sentAtMs = this.#clock.nowMs();
    if (!this.#options.transmit(frame)) {
      item.state = 'queued';
      return false;
    }
    this.#changed(item);
    return true;
  }

  #pumpIn(delayMs: number): void {
    this.#cancelPump = this.#clock.after(delayMs, () => this.#pump());
  }

  #watchStall(): void {
    this.#cancelStall();
    let oldestMs = Infinity;
    for (const { state, sentAtMs } of this.#items.values()) {
      if (state === 'sending') oldestMs = Math.min(oldestMs, sentAtMs);
    }
    if (oldestMs === Infinity) return;
    const dueInMs = oldestMs + answerTimeoutMs - this.#clock.nowMs();
    this.#cancelStall = this.#clock.after(dueInMs, () => this.#options.onStall?.());
  }

  #changed({ entry, state }: Item): void {
    if (state === 'refused') {
      const { code, message } = entry.refusal ?? { code: 'internal', message: '' };
      this.#options.onChange?.({ state, entry, error: new NatterError(code, { detail: message }) });
    } else {
      this.#options.onChange?.({ state, entry });
    }
  }

  #save(entry: OutboxEntry): void {
    this.#write(() => this.#store.put(entry));
  }

  /** One write after the other. A store that fails costs only what it would have kept. */
  #write(write: () => Promise<void>): void {
    this.#writes = this.#writes.then(write).catch(() => {});
  }
}
