// What has expired goes, a little at a time: never a long transaction, never two replicas at once.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { isDatabaseAway } from '@natter/service-kit/database-errors';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { advisoryLocks } from '../database/data-source.js';

const everyMs = 60_000;
const batch = 500;
/** Batches of one kind in one round; what is left waits for the next. */
const maxBatches = 40;
const dayMs = 24 * 3_600_000;

/** `$1`: what is older goes; `$2`: how many at most. Sessions go when no token of theirs is left. */
const chores: readonly { table: string; keptMs: number | 'as configured'; sql: string }[] = [
  {
    table: 'refresh_tokens',
    keptMs: 0,
    sql: `DELETE FROM refresh_tokens WHERE hash IN (SELECT hash FROM refresh_tokens WHERE expires_at <= $1 LIMIT $2)`,
  },
  {
    table: 'refresh_tokens of ended sessions',
    keptMs: dayMs,
    sql: `DELETE FROM refresh_tokens WHERE hash IN (
            SELECT t.hash FROM sessions s JOIN refresh_tokens t ON t.session_id = s.id WHERE s.ended_at <= $1 LIMIT $2)`,
  },
  {
    table: 'sessions',
    keptMs: dayMs,
    sql: `DELETE FROM sessions WHERE id IN (
            SELECT s.id FROM sessions s WHERE s.access_until <= $1
            AND NOT EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.session_id = s.id) LIMIT $2)`,
  },
  {
    table: 'tickets',
    keptMs: 0,
    sql: `DELETE FROM tickets WHERE hash IN (SELECT hash FROM tickets WHERE expires_at <= $1 LIMIT $2)`,
  },
  {
    table: 'attempts',
    keptMs: dayMs,
    sql: `DELETE FROM attempts WHERE id IN (SELECT id FROM attempts WHERE at <= $1 LIMIT $2)`,
  },
  {
    table: 'password_resets',
    keptMs: 0,
    sql: `DELETE FROM password_resets WHERE user_id IN (SELECT user_id FROM password_resets WHERE expires_at <= $1 LIMIT $2)`,
  },
  {
    table: 'verifications',
    keptMs: 0,
    sql: `DELETE FROM verifications WHERE id IN (SELECT id FROM verifications WHERE expires_at <= $1 LIMIT $2)`,
  },
  {
    // The outbox gives them up itself, long before; these are of when mails were still sent.
    table: 'mails',
    keptMs: dayMs,
    sql: `DELETE FROM mails WHERE id IN (SELECT id FROM mails WHERE since <= $1 LIMIT $2)`,
  },
  {
    table: 'audit',
    keptMs: 'as configured',
    sql: `DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE at <= $1 LIMIT $2)`,
  },
];

@Injectable()
export class HousekeepingService implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.round ??= this.run()
        .catch((error: unknown) => {
          if (!isDatabaseAway(error)) this.logger.error({ err: error }, 'housekeeping failed');
        })
        .finally(() => (this.round = undefined));
    }, everyMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.round;
  }

  /** One round of all chores; returns early where another replica is at it. */
  async run(): Promise<void> {
    for (const { table, keptMs, sql } of chores) {
      const kept = keptMs === 'as configured' ? this.config.NATTER_AUDIT_DAYS * dayMs : keptMs;
      const before = new Date(this.clock.now() - kept);
      let removed = 0;
      for (let i = 0; i < maxBatches; i++) {
        const count = await this.removeBatch(sql, before);
        removed += count;
        if (count < batch) break;
      }
      if (removed > 0) this.logger.debug({ table, removed }, 'removed what had expired');
    }
  }

  private removeBatch(sql: string, before: Date): Promise<number> {
    return this.dataSource.transaction(async (em) => {
      const [lock] = await em.query<{ taken: boolean }[]>('SELECT pg_try_advisory_xact_lock($1) AS taken', [
        advisoryLocks.housekeeping,
      ]);
      if (lock?.taken !== true) return 0;
      const [, count] = await em.query<[unknown[], number]>(sql, [before, batch]);
      return count;
    });
  }
}
