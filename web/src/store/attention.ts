// Whether somebody sits before this page: away when it has been out of sight for a minute, or untouched for five. Knows no page: what
// happens is told to it.
import type { Clock } from '@natter/client/clock';

export const hiddenMs = 60_000;
export const idleMs = 5 * 60_000;

export class Attention {
  readonly #clock: Clock;
  readonly #tell: (status: 'online' | 'away') => void;
  #isVisible = true;
  #untilMs: number;
  #isAway = false;
  #cancel: () => void = () => {};

  /** @param tell called when it changes; at first somebody is there */
  constructor(clock: Clock, tell: (status: 'online' | 'away') => void) {
    this.#clock = clock;
    this.#tell = tell;
    this.#untilMs = clock.nowMs() + idleMs;
    this.#wait();
  }

  /** A key, a pointer, a wheel. */
  touched(): void {
    if (!this.#isVisible) return;
    this.#untilMs = this.#clock.nowMs() + idleMs;
    this.#back();
  }

  /** The page comes into sight, or goes out of it. */
  seen(isVisible: boolean): void {
    this.#isVisible = isVisible;
    this.#untilMs = this.#clock.nowMs() + (isVisible ? idleMs : hiddenMs);
    if (isVisible) this.#back();
    this.#wait();
  }

  stop(): void {
    this.#cancel();
  }

  #back(): void {
    if (!this.#isAway) return;
    this.#isAway = false;
    this.#tell('online');
    this.#wait();
  }

  /** One timer that looks again costs less than one moved by every key. */
  #wait(): void {
    this.#cancel();
    if (this.#isAway) return;
    const leftMs = this.#untilMs - this.#clock.nowMs();
    this.#cancel = this.#clock.after(leftMs, () => {
      if (this.#untilMs > this.#clock.nowMs()) return this.#wait();
      this.#isAway = true;
      this.#tell('away');
    });
  }
}
