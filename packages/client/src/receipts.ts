// Cursors on their way to the server: they only rise, and a room hears of them once a second at most.
import type { ReceiptFrame } from '@natter/contracts/frames';
import type { Clock } from './clock.js';

interface Cursors {
  delivered: number;
  read: number;
}

interface RoomReceipts {
  wanted: Cursors;
  sent: Cursors;
  sentAtMs: number;
}

/** Gathers cursors and sends the highest, at most once in `intervalMs` a room. */
export class Receipts {
  readonly #clock: Clock;
  readonly #send: (frame: ReceiptFrame) => boolean;
  readonly #intervalMs: number;
  readonly #rooms = new Map<string, RoomReceipts>();
  /** Rooms with something to say that may not say it yet. */
  readonly #waiting = new Map<string, () => void>();

  constructor(options: { clock: Clock; send: (frame: ReceiptFrame) => boolean; intervalMs?: number }) {
    this.#clock = options.clock;
    this.#send = options.send;
    this.#intervalMs = options.intervalMs ?? 1_000;
  }

  delivered(room: string, seq: number): void {
    const { wanted } = this.#room(room);
    if (seq <= wanted.delivered) return;
    wanted.delivered = seq;
    this.#flush(room);
  }

  /** `read` implies `delivered`. */
  read(room: string, seq: number): void {
    const { wanted } = this.#room(room);
    if (seq <= wanted.read) return;
    wanted.read = seq;
    wanted.delivered = Math.max(wanted.delivered, seq);
    this.#flush(room);
  }

  /** What the server knows of a room, after each `ready`: what it lacks is said again. */
  known(room: string, cursors: Cursors): void {
    const receipts = this.#room(room);
    receipts.sent = { delivered: cursors.delivered, read: cursors.read };
    receipts.wanted.delivered = Math.max(receipts.wanted.delivered, cursors.delivered);
    receipts.wanted.read = Math.max(receipts.wanted.read, cursors.read);
    this.#flush(room);
  }

  forget(room: string): void {
    this.#waiting.get(room)?.();
    this.#waiting.delete(room);
    this.#rooms.delete(room);
  }

  /** No connection: nothing is sent until `known`. */
  stop(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #room(room: string): RoomReceipts {
    let receipts = this.#rooms.get(room);
    if (!receipts) {
      receipts = { wanted: { delivered: 0, read: 0 }, sent: { delivered: 0, read: 0 }, sentAtMs: -Infinity };
      this.#rooms.set(room, receipts);
    }
    return receipts;
  }

  #flush(room: string): void {
    const receipts = this.#room(room);
    const { wanted, sent } = receipts;
    if (this.#waiting.has(room) || (wanted.delivered <= sent.delivered && wanted.read <= sent.read)) return;
    const waitMs = receipts.sentAtMs + this.#intervalMs - this.#clock.nowMs();
    if (waitMs > 0) {
      const cancel = this.#clock.after(waitMs, () => {
        this.#waiting.delete(room);
        this.#flush(room);
      });
      this.#waiting.set(room, cancel);
      return;
    }
    const frame: ReceiptFrame = { type: 'receipt', room };
    if (wanted.read > sent.read) frame.read = wanted.read;
    if (wanted.delivered > Math.max(sent.delivered, frame.read ?? 0)) frame.delivered = wanted.delivered;
    if (!this.#send(frame)) return;
    receipts.sent = { ...wanted };
    receipts.sentAtMs = this.#clock.nowMs();
  }
}
