// The limit of open sockets a user over all instances. Each keeps it for its own at once; here it is seen over all of them, and the ones
// that have to go are named to everybody. Each replica does: the same ones named twice do no harm.
import { limits } from '@natter/contracts/limits';
import { type ConnectionsExceeded, getQueuedBytes } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { type ConnectionRecord, RegistryIndex } from '../registry/registry-index.js';
import { TIMINGS, type Timings } from '../timings.js';

/** Users looked at together; others come with the next tick. */
const usersPerTick = 50;
/** An instance that does not say within this what it has may be dead. */
const answerMs = 1_000;

@Injectable()
export class SurplusWatch implements OnApplicationShutdown {
  /** Users who may have too many, and when to look: what an instance closed by itself is known by then. */
  private readonly due = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;
  private isBusy = false;

  constructor(
    private readonly index: RegistryIndex,
    private readonly bus: Bus,
    private readonly rpc: RpcClient,
    @Inject(TIMINGS) private readonly timings: Timings,
  ) {
    index.onUserChanged((user) => {
      if (index.countOf(user) > limits.connections && !this.due.has(user))
        this.due.set(user, index.now() + timings.surplus.afterMs);
    });
    this.timer = setInterval(() => void this.tick(), timings.surplus.tickMs);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  /**
   * Only what its instance says is there counts. One that died keeps its entries for a while, in which its users come back elsewhere: to
   * close a living socket, whose client then stops, for the sake of a dead one would be worse than one too many.
   */
  private async tick(): Promise<void> {
    if (this.isBusy || !this.bus.isUp) return;
    const users = this.takeDue(this.index.now()).map((user) => this.index.liveConnections(user));
    if (users.length === 0) return;
    this.isBusy = true;
    const there = await this.thoseThere(users.flat());
    this.isBusy = false;
    const connections = users.flatMap((records) => surplusOf(records.filter(({ entry }) => there.has(entry.id))));
    if (connections.length > 0)
      this.bus.publishJson(subjects.connectionsExceeded, { connections } satisfies ConnectionsExceeded);
  }

  /** Users whose time has come. They are looked at again, as long as they may have too many: what is said may be lost. */
  private takeDue(nowMs: number): string[] {
    const users: string[] = [];
    for (const [user, atMs] of this.due) {
      if (users.length === usersPerTick) break;
      if (atMs > nowMs) continue;
      this.due.delete(user);
      if (this.index.countOf(user) <= limits.connections) continue;
      this.due.set(user, nowMs + this.timings.surplus.afterMs);
      users.push(user);
    }
    return users;
  }

  /** Asks the instances which of their connections they have. Never fails: what nobody answers for is not there. */
  private async thoseThere(records: readonly ConnectionRecord[]): Promise<Set<string>> {
    const byInstance = new Map<string, string[]>();
    for (const { instance, entry } of records) {
      const ids = byInstance.get(instance);
      if (ids === undefined) byInstance.set(instance, [entry.id]);
      else ids.push(entry.id);
    }
    const calls = [...byInstance].flatMap(([instance, ids]) =>
      Array.from({ length: Math.ceil(ids.length / limits.pageMax) }, (_, page) =>
        this.rpc
          .call(
            getQueuedBytes(instance),
            { connections: ids.slice(page * limits.pageMax, (page + 1) * limits.pageMax) },
            { timeoutMs: answerMs },
          )
          .catch(() => ({ queued: {} })),
      ),
    );
    return new Set((await Promise.all(calls)).flatMap(({ queued }) => Object.keys(queued)));
  }
}

/** The oldest beyond the limit, by the clocks of their instances; by id where they opened in the same millisecond. */
function surplusOf(records: readonly ConnectionRecord[]): string[] {
  const ages = records.map(({ entry: { since, id } }) => ({ age: `${since} ${id}`, id }));
  ages.sort((a, b) => (a.age < b.age ? -1 : 1));
  return ages.slice(0, Math.max(ages.length - limits.connections, 0)).map(({ id }) => id);
}
