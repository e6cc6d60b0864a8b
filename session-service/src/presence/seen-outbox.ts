// When users were connected, on its way to the auth-service, which keeps it for good: noted when they come and when they go, so that
// a crash of everything costs no more than how long they stayed the last time.
import { noteSeen } from '@natter/contracts/auth';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { TIMINGS, type Timings } from '../timings.js';

const perCall = 512;
/** Users that wait while the auth-service is away; beyond, those who waited longest are given up. */
const maxWaiting = 100_000;

@Injectable()
export class SeenOutbox implements OnApplicationShutdown {
  private readonly waiting = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private isBusy = false;

  constructor(
    private readonly rpc: RpcClient,
    @Inject(TIMINGS) timings: Timings,
  ) {
    this.timer = setInterval(() => void this.flush(), timings.presence.seenMs);
  }

  /** Notes that a user was connected; `atMs` since 1970. */
  note(user: string, atMs: number): void {
    this.waiting.delete(user);
    this.waiting.set(user, atMs);
    if (this.waiting.size > maxWaiting) for (const first of this.waiting.keys()) return void this.waiting.delete(first);
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  /** Hands over what waits; what fails waits for the next time. */
  private async flush(): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      while (this.waiting.size > 0) {
        const batch = [...this.waiting.entries()].slice(0, perCall);
        await this.rpc.call(noteSeen, { items: batch.map(([user, at_ms]) => ({ user, at_ms })) });
        for (const [user, atMs] of batch) if (this.waiting.get(user) === atMs) this.waiting.delete(user);
      }
    } catch {
      // the auth-service is away
    } finally {
      this.isBusy = false;
    }
  }
}
