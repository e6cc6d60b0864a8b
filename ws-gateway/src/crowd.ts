// The limit of open sockets a user over all instances. The hub keeps it exactly for its own; here the session-service is asked how
// many there are elsewhere, and every instance is told which have to go. Under a storm of opening sockets nobody is asked.
import { limits } from '@natter/contracts/limits';
import { type ConnectionsExceeded, listConnections } from '@natter/contracts/sessions';
import { subjects } from '@natter/contracts/subjects';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { Hub } from './hub.js';

/** A new socket is registered by then. */
const askAfterMs = 600;
/** Users asked about at a time; more new ones than this are a storm. */
const maxUsers = 200;
const perTick = 20;
const tickMs = 200;

@Injectable()
export class Crowd implements OnApplicationShutdown {
  private readonly due = new Map<string, number>();
  private readonly timer = setInterval(() => this.tick(performance.now()), tickMs);

  constructor(
    private readonly bus: Bus,
    private readonly rpc: RpcClient,
    private readonly hub: Hub,
  ) {
    hub.listen({
      connectionChanged: ({ id, user }) => {
        if (hub.connections.has(id) && (this.due.size < maxUsers || this.due.has(user.id)))
          this.due.set(user.id, performance.now() + askAfterMs);
      },
    });
    bus.onJson<ConnectionsExceeded>(subjects.connectionsExceeded, ({ connections }) => this.close(connections));
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private tick(nowMs: number): void {
    let asked = 0;
    for (const [user, atMs] of this.due) {
      if (atMs > nowMs || asked++ === perTick) continue;
      this.due.delete(user);
      void this.check(user);
    }
  }

  /** Best effort: when nobody answers, the next socket of the user asks again. */
  private async check(user: string): Promise<void> {
    const { items } = await this.rpc.call(listConnections, { user }).catch(() => ({ items: [] }));
    const surplus = items.length - limits.connections;
    if (surplus <= 0) return;
    const oldest = items.sort((a, b) => a.since.localeCompare(b.since)).slice(0, surplus);
    this.bus.publishJson(subjects.connectionsExceeded, {
      user,
      connections: oldest.map(({ id }) => id),
    } satisfies ConnectionsExceeded);
  }

  private close(connections: readonly string[]): void {
    for (const id of connections) this.hub.connections.get(id)?.close('too_many_connections');
  }
}
