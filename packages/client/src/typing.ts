// Who is typing: one's own said no more often than needed, others' ended when no more is heard of it.
import type { TypingEvent } from '@natter/contracts/events';
import type { TypingFrame } from '@natter/contracts/frames';
import { limits } from '@natter/contracts/limits';
import type { Clock } from './clock.js';

export interface TypingOptions {
  clock: Clock;
  send: (frame: TypingFrame) => boolean;
  /** Another begins, or ceases. */
  onChange: (event: Omit<TypingEvent, 'type'>) => void;
}

/** While it goes on, it is said again this often: well within the time that the server holds it. */
const repeatMs = limits.typingHoldMs / 2;

export class Typing {
  readonly #options: TypingOptions;
  /** When it was last said of oneself, by room. */
  readonly #saidAtMs = new Map<string, number>();
  /** By room and user; calling it prevents the end that would come by itself. */
  readonly #others = new Map<string, Map<string, () => void>>();

  constructor(options: TypingOptions) {
    this.#options = options;
  }

  /** Users who type in a room, those who began first first. */
  in(room: string): string[] {
    return [...(this.#others.get(room)?.keys() ?? [])];
  }

  /** May be called with every key that is pressed. */
  say(room: string, on: boolean): void {
    const nowMs = this.#options.clock.nowMs();
    const saidMs = nowMs - (this.#saidAtMs.get(room) ?? -Infinity);
    if (on ? saidMs < repeatMs : saidMs > limits.typingHoldMs) return;
    if (!this.#options.send({ type: 'typing', room, on })) return;
    if (on) this.#saidAtMs.set(room, nowMs);
    else this.#saidAtMs.delete(room);
  }

  hear({ room, user, on }: Omit<TypingEvent, 'type'>): void {
    const users = this.#others.get(room) ?? new Map<string, () => void>();
    const isNew = !users.has(user);
    users.get(user)?.();
    if (on) {
      this.#others.set(room, users);
      users.set(
        user,
        this.#options.clock.after(limits.typingHoldMs, () => this.hear({ room, user, on: false })),
      );
    } else {
      users.delete(user);
      if (users.size === 0) this.#others.delete(room);
    }
    if (isNew === on) this.#options.onChange({ room, user, on });
  }

  /** No connection, or no such room any more: nobody types as far as one knows. */
  stop(room?: string): void {
    for (const name of room === undefined ? [...this.#others.keys()] : [room])
      for (const user of this.in(name)) this.hear({ room: name, user, on: false });
    if (room === undefined) this.#saidAtMs.clear();
    else this.#saidAtMs.delete(room);
  }
}
