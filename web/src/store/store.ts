// A value that changes, and those who watch it. Independent of React, which reads it by `useSyncExternalStore`.
import { type Clock, systemClock } from '@natter/client/clock';

/** Changes that follow one another faster than this are told as one: a replay of thousands must not draw thousands of times. */
const gatherMs = 16;

export class Store<State extends object> {
  #state: State;
  readonly #clock: Clock;
  readonly #watchers = new Set<() => void>();
  #toldAtMs = -Infinity;
  #isTelling = false;

  constructor(state: State, clock: Clock = systemClock) {
    this.#state = state;
    this.#clock = clock;
  }

  get state(): State {
    return this.#state;
  }

  /** Bound, so that React can hold on to them. */
  readonly snapshot = (): State => this.#state;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => void this.#watchers.delete(watcher);
  };

  set(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#isTelling) return;
    const waitMs = this.#toldAtMs + gatherMs - this.#clock.nowMs();
    if (waitMs <= 0) return this.#tell();
    this.#isTelling = true;
    this.#clock.after(waitMs, () => this.#tell());
  }

  #tell(): void {
    this.#isTelling = false;
    this.#toldAtMs = this.#clock.nowMs();
    for (const watcher of this.#watchers) watcher();
  }
}
