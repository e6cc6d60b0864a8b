// Many askers, few calls: who asks alone is asked for at once, and what is asked for in the moment after that travels together, so that
// calls grow with the load. A call that takes long does not hold up the others; one that fails makes the next ones smaller.
import { NatterError } from '@natter/contracts/errors';
import { type EndOfTurn, phase, type Turn } from './turn.js';

/** Between two calls, unless the next one is full. */
const spacingMs = 20;
/** Calls under way at most. */
const maxCalls = 4;
/** Askers beyond this are refused. */
const maxWaiting = 200_000;

interface Asker<V> {
  key: string;
  resolve: (value: V | undefined) => void;
  reject: (error: unknown) => void;
}

export class Batcher<V> implements EndOfTurn {
  private waiting: Asker<V>[] = [];
  private running = 0;
  private isScheduled = false;
  private size: number;
  /** Set for a moment after a call has left. */
  private spacing: NodeJS.Timeout | undefined;

  /**
   * @param load answers a map by key; a key that is not in it resolves to undefined
   * @param maxKeys in one call
   */
  constructor(
    private readonly turn: Turn,
    private readonly load: (keys: string[]) => Promise<Map<string, V>>,
    private readonly maxKeys: number,
  ) {
    this.size = maxKeys;
  }

  /** Asks for one key. @throws what `load` throws; NatterError `unavailable` when too many wait */
  get(key: string): Promise<V | undefined> {
    if (this.waiting.length >= maxWaiting) return Promise.reject(new NatterError('unavailable'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      this.schedule();
    });
  }

  endTurn(): void {
    this.isScheduled = false;
    this.callNext();
  }

  /** Calls leave when the turn ends: those of several batchers in one write to the bus. */
  private schedule(): void {
    if (this.isScheduled) return;
    this.isScheduled = true;
    this.turn.add(phase.calls, this);
  }

  private callNext(): void {
    const mayLeave = (): boolean => this.spacing === undefined || this.waiting.length >= this.size;
    while (this.waiting.length > 0 && this.running < maxCalls && mayLeave())
      void this.run(this.waiting.splice(0, this.size));
  }

  private async run(askers: Asker<V>[]): Promise<void> {
    this.running++;
    clearTimeout(this.spacing);
    this.spacing = setTimeout(() => {
      this.spacing = undefined;
      if (this.waiting.length > 0) this.schedule();
    }, spacingMs);
    try {
      const values = await this.load([...new Set(askers.map((asker) => asker.key))]);
      for (const { key, resolve } of askers) resolve(values.get(key));
      this.size = Math.min(this.maxKeys, this.size * 2);
    } catch (error) {
      this.size = Math.max(1, this.size >> 1);
      for (const { reject } of askers) reject(error);
    } finally {
      this.running--;
      if (this.waiting.length > 0) this.schedule();
    }
  }
}
