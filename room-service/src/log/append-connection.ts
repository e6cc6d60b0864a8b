// The one PostgreSQL connection on which a replica appends. It reopens itself for ever; nothing is sent twice by it.
import { isDatabaseAway } from '@natter/service-kit/database-errors';
import type { Logger } from '@natter/service-kit/logger';
import { retryDelay } from '@natter/service-kit/retry';
import pg from 'pg';
import { AwayLog } from '../away-log.js';
import { steadyPlans } from '../database/statements.js';
import type { Ask } from './entry.js';

/** What the database says of one entry; `ord` counts from 1. Outcomes: see the migration of `natter_change`. */
export type AppendRow = [
  ord: number,
  outcome: number,
  seq: number,
  tsMs: number,
  inRoom: string | null,
  stored: string | null,
  about?: string | null,
];

export interface AppendTimings {
  /** A statement that got no answer by then is given up, and the connection with it. */
  answerMs: number;
  connectMs: number;
  /** Longest wait between two tries to open. */
  maxBackoffMs: number;
}

const defaults: AppendTimings = { answerMs: 4_000, connectMs: 1_000, maxBackoffMs: 500 };

/** Reading only: this is, or has become, a standby. Another connection may lead to the primary. */
const readOnly = '25006';

export class AppendConnection {
  private client: pg.Client | undefined;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;
  private readonly away: AwayLog;

  /** @param onOpen called each time the connection stands: what waits may go */
  constructor(
    private readonly url: string,
    logger: Logger,
    private readonly onOpen: () => void,
    private readonly timings: AppendTimings = defaults,
  ) {
    this.away = new AwayLog(logger, 'cannot append: the database is away');
  }

  get isOpen(): boolean {
    return this.client !== undefined;
  }

  /** Starts to open; goes on trying until `close`. */
  open(): void {
    void this.connect(0);
  }

  /**
   * Runs a statement. One at a time: the caller waits for the answer.
   *
   * @throws a DatabaseError when PostgreSQL refused it: nothing is stored; any other error: it is not known
   */
  async run(ask: Ask): Promise<AppendRow[]> {
    const { client } = this;
    if (client === undefined) throw new Error('connection terminated');
    const late = setTimeout(() => this.drop(client, 'no answer in time'), this.timings.answerMs);
    try {
      const { rows } = await client.query<AppendRow>({ ...ask, rowMode: 'array' });
      return rows;
    } catch (error) {
      if (!isRefusal(error) || error.code === readOnly) this.drop(client, (error as Error).message);
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    const { client } = this;
    this.client = undefined;
    void client?.end().catch(() => undefined);
  }

  private async connect(attempt: number): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url,
      application_name: 'room-service append',
      connectionTimeoutMillis: this.timings.connectMs,
      // PostgreSQL gives up before we do: a refusal is better to know of than silence.
      statement_timeout: this.timings.answerMs - 500,
      keepAlive: true,
      options: `${steadyPlans} -c synchronous_commit=on`,
    });
    client.on('error', (error) => this.drop(client, error.message));
    client.on('end', () => this.drop(client, 'connection ended'));
    try {
      await client.connect();
    } catch (error) {
      void client.end().catch(() => undefined);
      return this.retry(attempt, (error as Error).message);
    }
    if (this.closed) return void client.end().catch(() => undefined);
    this.client = client;
    this.away.worked();
    this.onOpen();
  }

  /** Gives a connection up. Its statement, if one is under way, fails with that. */
  private drop(client: pg.Client, reason: string): void {
    if (client !== this.client) return;
    this.client = undefined;
    void client.end().catch(() => undefined);
    this.retry(0, reason);
  }

  private retry(attempt: number, reason: string): void {
    if (this.closed) return;
    this.away.failed(reason);
    const wait = retryDelay(attempt, 50, this.timings.maxBackoffMs);
    this.timer = setTimeout(() => void this.connect(attempt + 1), wait);
  }
}

/** True when PostgreSQL itself answered that it did not do it, and the connection still stands. */
export const isRefusal = (error: unknown): error is pg.DatabaseError =>
  error instanceof pg.DatabaseError && !/^(08|57P0)/.test(error.code ?? '');

/** One id used in two rooms at once (23505), or two batches that wait for one another's ids (40P01). */
export const isRace = (error: unknown): boolean =>
  isRefusal(error) && (error.code === '23505' || error.code === '40P01');

/** A table, a column or a function is not there, or not as it was: another version has changed them, and will take this one's place. */
const otherTables = /^(42P01|42703|42883|0A000)$/;

/** True when the items themselves are at fault, not the database's state. */
export const isBadItem = (error: unknown): boolean =>
  isRefusal(error) && !isRace(error) && !isDatabaseAway(error) && !otherTables.test(error.code ?? '');
