// Many askers, few calls: keys asked for in one turn travel together. A call that fails makes the next ones smaller.
import { NatterError } from '@natter/contracts/errors';
import { type EndOfTurn, phase, type Turn } from './turn.js';

export interface BatchLimits {
  /** Keys in one call at most. */
  keys: number;
  /** Calls under way at most. */
  calls: number;
}

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

  /** @param load answers a map by key; a key that is not in it resolves to undefined */
  constructor(
    private readonly turn: Turn,
    private readonly load: (keys: string[]) => Promise<Map<string, V>>,
    private readonly bounds: BatchLimits,
  ) {
    this.size = bounds.keys;
  }

  /** Asks for one key. @throws what `load` throws; NatterError `unavailable` when too many wait */
  get(key: string): Promise<V | undefined> {
    if (this.waiting.length >= maxWaiting) return Promise.reject(new NatterError('unavailable'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ key, resolve, reject });
      if (this.isScheduled) return;
      this.isScheduled = true;
      this.turn.add(phase.calls, this);
    });
  }

  endTurn(): void {
    this.isScheduled = false;
    while (this.waiting.length > 0 && this.running < this.bounds.calls)
      void this.run(this.waiting.splice(0, this.size));
  }

  private async run(askers: Asker<V>[]): Promise<void> {
    this.running++;
    try {
      const values = await this.load([...new Set(askers.map((asker) => asker.key))]);
      for (const { key, resolve } of askers) resolve(values.get(key));
      this.size = Math.min(this.bounds.keys, this.size * 2);
    } catch (error) {
      this.size = Math.max(1, this.size >> 1);
      for (const { reject } of askers) reject(error);
    } finally {
      this.running--;
      this.endTurn();
    }
  }
}
