// Cursors that clients report, gathered per room and user and written a few times a second. While the room-service is away they
// wait, the newest value only.
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { advanceCursors } from '@natter/contracts/messages';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { retryDelay } from '@natter/service-kit/retry';
import { RpcClient } from '@natter/service-kit/rpc-client';

const flushMs = 200;
const perCall = 1_000;
/** Cursors that wait; beyond, new ones are dropped: clients report again with the next message. */
const maxWaiting = 100_000;

interface Cursor {
  user: string;
  room: string;
  delivered?: number;
  read?: number;
}

@Injectable()
export class Receipts implements OnApplicationShutdown {
  private readonly waiting = new Map<string, Cursor>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> | undefined;
  private failures = 0;

  constructor(
    private readonly rpc: RpcClient,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Notes how far a user has come in a room; a value below an earlier one changes nothing. */
  note(user: string, room: string, delivered: number | undefined, read: number | undefined): void {
    const key = `${user} ${room}`;
    let cursor = this.waiting.get(key);
    if (cursor === undefined) {
      if (this.waiting.size >= maxWaiting) return;
      this.waiting.set(key, (cursor = { user, room }));
    }
    const reached = Math.max(delivered ?? 0, read ?? 0);
    if (reached > (cursor.delivered ?? 0)) cursor.delivered = reached;
    if (read !== undefined && read > (cursor.read ?? 0)) cursor.read = read;
    this.flushIn(flushMs);
  }

  /** Writes what waits, once. Never throws: what cannot be written goes on waiting. */
  async flush(): Promise<void> {
    await this.flushing;
    this.flushing ??= this.write().finally(() => {
      this.flushing = undefined;
      if (this.waiting.size > 0) this.flushIn(retryDelay(this.failures, flushMs, 3_000));
    });
    await this.flushing;
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  private flushIn(ms: number): void {
    if (this.timer !== undefined || this.flushing !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.flush();
    }, ms);
  }

  private async write(): Promise<void> {
    const cursors = [...this.waiting.values()];
    this.waiting.clear();
    for (let i = 0; i < cursors.length; i += perCall) {
      try {
        await this.rpc.call(advanceCursors, { items: cursors.slice(i, i + perCall) });
        this.failures = 0;
      } catch (error) {
        if (this.failures++ === 0) this.logger.warn({ reason: (error as Error).message }, 'receipts wait');
        for (const cursor of cursors.slice(i)) this.note(cursor.user, cursor.room, cursor.delivered, cursor.read);
        break;
      }
    }
  }
}
