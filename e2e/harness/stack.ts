// The whole system as processes, on a data folder of its own that is removed at the end, and the two doors a
// test looks through besides the front one: the databases and the internal health ports.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LogLine, type Stack, type StackOptions, startStack } from '@natter/infra/stack';
import { Client, type QueryResultRow } from 'pg';
import { Api } from './api.js';
import type { DatabaseName, Site } from './site.js';

/** High enough that only tests of the limits meet one. */
const NO_LIMITS = '1000';

export interface SystemOptions extends Omit<StackOptions, 'dataDir' | 'logSink'> {
  /** Where its data lives; a new folder, removed at the end, unless given. */
  dataDir?: string;
  /** Hears every line as it is said. */
  onLine?: (line: LogLine) => void;
}

export class System implements Site {
  /** What every part said, for the error of a test that fails. */
  readonly log: LogLine[];

  private constructor(
    readonly stack: Stack,
    readonly dataDir: string,
    private readonly isOwnFolder: boolean,
    log: LogLine[],
  ) {
    this.log = log;
  }

  /** Starts everything and waits until it is ready. Rates are not limited unless `env` says so. */
  static async start(options: SystemOptions = {}): Promise<System> {
    const { dataDir = await mkdtemp(join(tmpdir(), 'natter-e2e-')), onLine, ...rest } = options;
    const log: LogLine[] = [];
    const env = { NATTER_RATE_FACTOR: NO_LIMITS, ...options.env };
    const logSink = (line: LogLine): void => {
      log.push(line);
      onLine?.(line);
    };
    const stack = await startStack({ ...rest, dataDir, env, logSink });
    const system = new System(stack, dataDir, options.dataDir === undefined, log);
    try {
      await stack.waitReady();
      return system;
    } catch (error) {
      await system.stop();
      throw error;
    }
  }

  get url(): string {
    return this.stack.url;
  }

  /** The socket behind the front door. */
  get frontUrl(): string {
    return `${this.stack.url.replace('http', 'ws')}/ws`;
  }

  /** The socket of one ws-gateway: 0 is `ws-1`. */
  socketUrl(gateway: number): string {
    const url = this.stack.wsUrls[gateway];
    if (url === undefined) throw new Error(`there is no ws-gateway ${gateway}`);
    return url;
  }

  /** HTTP without a sign-in. */
  get api(): Api {
    return new Api(this.stack.url);
  }

  /** Where a part answers `/healthz`, `/readyz` and `/metrics`. */
  async healthUrl(part: string): Promise<string> {
    const ports = JSON.parse(await readFile(join(this.dataDir, 'ports.json'), 'utf8')) as Record<string, number>;
    return `http://127.0.0.1:${ports[`${part} health`]}`;
  }

  async query<Row extends QueryResultRow>(database: DatabaseName, sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new Client({ connectionString: this.stack.databaseUrls[database] });
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Kills a part and waits until its successor is ready. */
  async crash(part: string): Promise<void> {
    await this.stack.kill(part, 'SIGKILL');
    await this.stack.whenReady(part);
  }

  /** The last lines a part said. */
  tail(part: string, count = 20): string[] {
    const lines = this.log.filter((line) => line.part === part).slice(-count);
    return lines.map(({ level, text }) => `${part} ${level} ${text}`);
  }

  /**
   * Nothing of it is needed any more, so nobody is asked to end in order.
   *
   * @throws Error when a service wanted something of the bus that its key does not open
   */
  async stop(): Promise<void> {
    const running = this.stack.parts.filter(({ pid }) => pid !== null);
    await Promise.allSettled(running.map(({ name }) => this.stack.kill(name, 'SIGKILL')));
    await this.stack.stop();
    if (this.isOwnFolder) await rm(this.dataDir, { recursive: true, force: true });
    const refused = this.log.filter(({ part, text }) => part === 'nats' && text.includes('Violation'));
    if (refused.length > 0) throw new Error(`nats-server refused:\n${refused.map(({ text }) => text).join('\n')}`);
  }
}
