// A deleted key leaves a marker in its bucket. Connection ids never come again, so markers would pile up without end:
// each replica erases those it wrote, and those it found at its start, when they are old enough.
import type { Bucket } from './bucket.js';

/** More waiting markers than this are erased early: memory has a bound. */
const maxWaiting = 100_000;
const erasesAtOnce = 64;

export class Markers {
  private waiting: { bucket: Bucket; revision: number; dueMs: number }[] = [];
  private erasing = false;

  constructor(
    private readonly markerMs: number,
    private readonly now: () => number,
  ) {}

  get count(): number {
    return this.waiting.length;
  }

  add(bucket: Bucket, revision: number): void {
    this.waiting.push({ bucket, revision, dueMs: this.now() + this.markerMs });
  }

  /** Forgets all: the buckets they stood in are gone, or are about to be read anew. */
  clear(): void {
    this.waiting = [];
  }

  /** Erases what is due. One that fails is left to the next reading of the bucket. */
  async erase(): Promise<void> {
    if (this.erasing) return;
    this.erasing = true;
    try {
      for (let batch = this.due(); batch.length > 0; batch = this.due()) {
        await Promise.allSettled(batch.map(({ bucket, revision }) => bucket.erase(revision)));
      }
    } finally {
      this.erasing = false;
    }
  }

  private due(): { bucket: Bucket; revision: number }[] {
    const surplus = this.waiting.length - maxWaiting;
    const now = this.now();
    let count = 0;
    while (count < erasesAtOnce && (count < surplus || (this.waiting[count]?.dueMs ?? Infinity) <= now)) count++;
    return this.waiting.splice(0, count);
  }
}
