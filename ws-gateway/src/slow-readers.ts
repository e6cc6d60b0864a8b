// Sockets that have bytes waiting: one timer looks at how long, and lets go those that read too slowly.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { OutboundQueue, QueueOwner } from './outbound-queue.js';

const checkMs = 500;

@Injectable()
export class SlowReaders implements OnApplicationShutdown {
  private readonly watched = new Map<OutboundQueue, QueueOwner>();
  private readonly timer = setInterval(() => this.check(performance.now()), checkMs);

  /** Watches a queue until nothing waits in it any more. */
  watch(queue: OutboundQueue, owner: QueueOwner): void {
    if (!this.watched.has(queue)) this.watched.set(queue, owner);
  }

  /** Bytes waiting in all sockets. */
  get queuedBytes(): number {
    let sum = 0;
    for (const queue of this.watched.keys()) sum += queue.queuedBytes;
    return sum;
  }

  check(nowMs: number): void {
    for (const [queue, owner] of this.watched) {
      const age = queue.age(nowMs);
      if (age !== 'waiting') this.watched.delete(queue);
      if (age === 'late') owner.tooSlow();
    }
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }
}
