// A Natter that people can be met at, wherever it runs: as processes (stack.ts) or in containers.
import type { Stack } from '@natter/infra/stack';
import type { QueryResultRow } from 'pg';
import type { Api } from './api.js';

export type DatabaseName = keyof Stack['databaseUrls'];

export interface Site {
  /** HTTP without a sign-in. */
  readonly api: Api;
  /** The socket behind the front door. */
  readonly frontUrl: string;
  /** The socket of one ws-gateway, or the front door's where those cannot be reached. */
  socketUrl(gateway: number): string;
  query<Row extends QueryResultRow>(database: DatabaseName, sql: string, values?: unknown[]): Promise<Row[]>;
}
