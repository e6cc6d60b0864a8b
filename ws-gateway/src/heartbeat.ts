// One wheel for the heartbeats of all sockets: each tick pings the sockets of one slot, and lets go those of another that have
// left two pings unanswered. A socket is put where its first ping comes a full beat after it opened.
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG } from '@natter/service-kit/kit.module';
import type { Config } from './config.js';
import type { Connection } from './connection.js';
import { Hub } from './hub.js';

const slots = 20;
/** The second pong is waited for this part of a beat, 5 s: a socket that died silently is gone after 2.2 beats at most, 55 s (P15 says 60). */
const reapAfterSlots = 4;
const mayMiss = 2;

@Injectable()
export class Heartbeat implements OnApplicationShutdown {
  private readonly wheel: Set<Connection>[] = Array.from({ length: slots }, () => new Set());
  private now = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(hub: Hub, @Inject(CONFIG) config: Config) {
    this.timer = setInterval(() => this.tick(), config.HEARTBEAT_MS / slots);
    hub.listen({
      connectionChanged: (connection) =>
        hub.connections.has(connection.id) ? this.add(connection) : this.remove(connection),
    });
  }

  tick(): void {
    this.now = (this.now + 1) % slots;
    for (const connection of this.wheel[this.now]!) {
      connection.unanswered++;
      connection.ping();
    }
    const reaped = this.wheel[(this.now + slots - reapAfterSlots) % slots]!;
    for (const connection of reaped) if (connection.unanswered >= mayMiss) connection.close('heartbeat_missed');
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private add(connection: Connection): void {
    connection.heartbeatSlot = this.now;
    this.wheel[this.now]!.add(connection);
  }

  private remove(connection: Connection): void {
    this.wheel[connection.heartbeatSlot]!.delete(connection);
  }
}
