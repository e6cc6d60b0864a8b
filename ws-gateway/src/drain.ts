// Stopping without losing anything: no new sockets; each open one is answered what it still waits for, told when to come back,
// and closed, all of them spread over a time so that they do not arrive elsewhere at once.
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from './config.js';
import type { Connection } from './connection.js';
import { limits } from '@natter/contracts/limits';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { sleep } from '@natter/service-kit/retry';
import { Hub } from './hub.js';
import { Receipts } from './receipts.js';
import { Registry } from './registry.js';
import { Door } from './upgrade.js';

const stepMs = 50;
/** Closing handshakes get this long at the end. */
const lastWordsMs = 500;

@Injectable()
export class Drain {
  private readonly drainMs: number;

  constructor(
    private readonly door: Door,
    private readonly hub: Hub,
    private readonly receipts: Receipts,
    private readonly registry: Registry,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(CONFIG) config: Config,
  ) {
    this.drainMs = config.NATTER_DRAIN_MS;
  }

  /** Lets all sockets go; takes the drain time, and up to 6 s more while answers or receipts are outstanding. */
  async run(): Promise<void> {
    this.door.close();
    const beganAtMs = performance.now();
    const leaving = [...this.hub.connections.values()].map((connection) => ({
      connection,
      atMs: beganAtMs + Math.random() * this.drainMs,
    }));
    this.logger.info({ connections: leaving.length, drainMs: this.drainMs }, 'draining');
    leaving.sort((a, b) => a.atMs - b.atMs);
    const lastAtMs = beganAtMs + this.drainMs + limits.answerMs;
    const answering = new Set<Connection>();
    let next = 0;
    while (next < leaving.length || answering.size > 0) {
      const nowMs = performance.now();
      for (; next < leaving.length && leaving[next]!.atMs <= nowMs; next++) {
        const { connection } = leaving[next]!;
        connection.stopReading();
        answering.add(connection);
      }
      for (const connection of answering) {
        if (connection.inflight > 0 && nowMs < lastAtMs) continue;
        answering.delete(connection);
        connection.close('draining', Math.floor(Math.random() * this.drainMs));
      }
      await sleep(stepMs);
    }
    await Promise.race([this.receipts.flush(), sleep(1_000)]);
    await this.registry.goodbye();
    await sleep(lastWordsMs);
  }
}
