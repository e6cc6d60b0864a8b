// Hashing is heavy on purpose: a few at once, a short queue, a short wait. Beyond that a request is turned away at once, so that a
// flood of sign-ins costs a known amount of memory and time.
import { NatterError } from '@natter/contracts/errors';

export interface HashPoolOptions {
  /** Jobs at once. */
  size: number;
  /** Jobs waiting at most. */
  maxQueued: number;
  /** Longest wait of a job for its turn. */
  maxWaitMs: number;
  random?: () => number;
}

interface Waiting {
  start: () => void;
  timer: NodeJS.Timeout;
}

export class HashPool {
  private running = 0;
  private readonly waiting: Waiting[] = [];

  constructor(private readonly options: HashPoolOptions) {}

  get queued(): number {
    return this.waiting.length;
  }

  /**
   * Runs `job` in its turn.
   * @throws NatterError `rate_limited` when the queue is full or the wait took too long: `job` has not run
   */
  async run<T>(job: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await job();
    } finally {
      this.leave();
    }
  }

  private enter(): Promise<void> {
    if (this.running < this.options.size) {
      this.running++;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.options.maxQueued) return Promise.reject(this.turnedAway());
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        start: () => {
          clearTimeout(entry.timer);
          resolve();
        },
        timer: setTimeout(() => {
          this.waiting.splice(this.waiting.indexOf(entry), 1);
          reject(this.turnedAway());
        }, this.options.maxWaitMs),
      };
      this.waiting.push(entry);
    });
  }

  /** Hands the place over to the next in the queue, or gives it up. */
  private leave(): void {
    const next = this.waiting.shift();
    if (next === undefined) this.running--;
    else next.start();
  }

  /** Those turned away come back spread out. */
  private turnedAway(): NatterError {
    const random = this.options.random ?? Math.random;
    return new NatterError('rate_limited', { retryAfterMs: Math.round(1_000 + random() * 2_000) });
  }
}
