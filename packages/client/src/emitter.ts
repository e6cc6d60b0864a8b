// Events with types, in a few lines.

/** Listeners by event name, typed by a map from names to values. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(value: never) => void>>();

  /** Calls `listener` at each `name`; calling what it returns ends that. */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    let listeners = this.#listeners.get(name);
    if (!listeners) this.#listeners.set(name, (listeners = new Set()));
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Resolves with the next `name` that `matches`; rejects after `timeoutMs`. */
  next<Name extends keyof Events>(
    name: Name,
    matches: (value: Events[Name]) => boolean = () => true,
    timeoutMs = 10_000,
  ): Promise<Events[Name]> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        off();
        reject(new Error(`no ${String(name)} within ${timeoutMs} ms`));
      }, timeoutMs);
      const off = this.on(name, (value) => {
        if (!matches(value)) return;
        clearTimeout(timer);
        off();
        resolve(value);
      });
    });
  }

  protected emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as (value: Events[Name]) => void)(value);
      } catch (error) {
        // A listener's fault is its own: it must not stop the log, and must not be hidden.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
