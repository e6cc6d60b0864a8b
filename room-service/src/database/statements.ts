// The statements that run often and on much data: named, planned once, on a small pool of their own.
import type { Logger } from '@natter/service-kit/logger';
import type { Statement } from '@natter/service-kit/named-statement';
import pg from 'pg';

/**
 * A plan made while tables are small must still be right when they are large: no plan is made for one set of parameters,
 * and none scans a whole table where there is an index.
 */
export const steadyPlans = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off';

export class Statements {
  private readonly pool: pg.Pool;

  /** @param size connections at most; a statement that finds none free waits up to 3 s, then fails as «away» */
  constructor(url: string, logger: Logger, size = 6) {
    this.pool = new pg.Pool({
      connectionString: url,
      application_name: 'room-service statements',
      max: size,
      connectionTimeoutMillis: 3_000,
      statement_timeout: 4_000,
      query_timeout: 4_500,
      keepAlive: true,
      options: steadyPlans,
    });
    this.pool.on('error', (error) => logger.warn({ reason: error.message }, 'idle database connection lost'));
  }

  /** Rows of one statement. @throws the database's error, or «away» after 4.5 s */
  async run<Row extends object>(statement: Statement, values: unknown[]): Promise<Row[]> {
    const { rows } = await this.pool.query<Row>({ ...statement, values });
    return rows;
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
