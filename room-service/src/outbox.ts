// What another service has to hear of for certain: rows that are written with the change itself, and handed over until they are taken.
// Handing over twice does no harm: the other side knows a row by its id.
import type { Logger } from '@natter/service-kit/logger';
import { retryDelay } from '@natter/service-kit/retry';
import type { DataSource } from 'typeorm';
import { AwayLog } from './away-log.js';

const everyMs = 2_000;
/** While one replica hands rows over, others leave them alone for this long: longer than a call and its bookkeeping take. */
const claimMs = 10_000;
const maxWaitMs = 5_000;

/** What every such table has besides: `due`, a timestamp with an index. */
interface OutboxRow {
  id: string;
  tries: number;
}

export interface OutboxOptions<Row> {
  /** Table of the rows. */
  table: string;
  /** Rows handed over at a time. */
  batch: number;
  /** Hands rows over; what it throws means that they have to be tried again, all of them. */
  handOver: (rows: Row[]) => Promise<void>;
}

export class Outbox<Row extends OutboxRow> {
  private readonly timer: NodeJS.Timeout;
  private working = false;
  private readonly databaseAway: AwayLog;
  private readonly takerAway: AwayLog;

  constructor(
    private readonly dataSource: DataSource,
    logger: Logger,
    private readonly options: OutboxOptions<Row>,
  ) {
    this.databaseAway = new AwayLog(logger, `${options.table} cannot be read`);
    this.takerAway = new AwayLog(logger, `${options.table} wait to be handed over`);
    this.timer = setInterval(() => this.soon(), everyMs);
  }

  /** Hands over what is due, now. */
  soon(): void {
    if (this.working) return;
    this.working = true;
    void this.work().finally(() => {
      this.working = false;
    });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Until nothing is due, or the one who takes it turns out to be away. */
  private async work(): Promise<void> {
    try {
      for (let rows = await this.claim(); rows.length > 0; rows = await this.claim())
        if (!(await this.handOver(rows))) return;
      this.databaseAway.worked();
    } catch (error) {
      this.databaseAway.failed(error);
    }
  }

  private async claim(): Promise<Row[]> {
    const { table, batch } = this.options;
    const [claimed]: [Row[], number] = await this.dataSource.query(
      `UPDATE ${table} SET due = now() + make_interval(secs => $1), tries = tries + 1
       WHERE id IN (SELECT id FROM ${table} WHERE due <= now() ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING *`,
      [claimMs / 1_000, batch],
    );
    return claimed;
  }

  /** @returns false when they have to be tried again later */
  private async handOver(rows: Row[]): Promise<boolean> {
    const { table, handOver } = this.options;
    const ids = rows.map(({ id }) => id);
    try {
      await handOver(rows);
      this.takerAway.worked();
    } catch (error) {
      this.takerAway.failed(error);
      const waits = rows.map(({ tries }) => retryDelay(tries, 250, maxWaitMs) / 1_000);
      await this.dataSource.query(
        `UPDATE ${table} SET due = now() + make_interval(secs => later.wait)
         FROM unnest($1::text[], $2::float8[]) AS later (id, wait) WHERE ${table}.id = later.id`,
        [ids, waits],
      );
      return false;
    }
    await this.dataSource.query(`DELETE FROM ${table} WHERE id = ANY ($1)`, [ids]);
    return true;
  }
}
