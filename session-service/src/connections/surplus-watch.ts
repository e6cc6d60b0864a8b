// The limit of open sockets a user over all instances. Each keeps it for its own at once; here it is seen over all of them, and the ones
// that have to go are named to everybody. Each replica does: the same ones named twice do no harm.
import { limits } from '@natter/contracts/limits';
import type { ConnectionsExceeded } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Bus } from '@natter/service-kit/nats';
import { RegistryIndex } from '../registry/registry-index.js';
import { TIMINGS, type Timings } from '../timings.js';

/** Connections named at a time; other users come with the next tick. */
const perTick = 2_000;

@Injectable()
export class SurplusWatch implements OnApplicationShutdown {
  /** Users who may have too many, and when to look: what an instance closed by itself is known by then. */
  private readonly due = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly index: RegistryIndex,
    private readonly bus: Bus,
    @Inject(TIMINGS) private readonly timings: Timings,
  ) {
    index.onUserChanged((user) => {
      if (index.countOf(user) > limits.connections && !this.due.has(user))
        this.due.set(user, index.now() + timings.surplus.afterMs);
    });
    this.timer = setInterval(() => this.tick(index.now()), timings.surplus.tickMs);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /** Who was named is looked at again later: that may have been lost. */
  private tick(nowMs: number): void {
    if (!this.bus.isUp) return;
    const connections: string[] = [];
    for (const [user, atMs] of this.due) {
      if (connections.length >= perTick) break;
      if (atMs > nowMs) continue;
      this.due.delete(user);
      const surplus = this.surplusOf(user);
      if (surplus.length === 0) continue;
      connections.push(...surplus);
      this.due.set(user, nowMs + this.timings.surplus.afterMs);
    }
    if (connections.length > 0)
      this.bus.publishJson(subjects.connectionsExceeded, { connections } satisfies ConnectionsExceeded);
  }

  /** The oldest beyond the limit, of those that count. */
  private surplusOf(user: string): string[] {
    const live = this.index.liveConnections(user).map(({ entry }) => entry);
    if (live.length <= limits.connections) return [];
    // By id where they opened in the same millisecond: every replica names the same.
    const byAge = live.sort((a, b) => a.since.localeCompare(b.since) || a.id.localeCompare(b.id));
    return byAge.slice(0, live.length - limits.connections).map(({ id }) => id);
  }
}
