// The internal port of every service: /healthz (alive), /readyz (what is missing), /metrics. Never reachable from outside.
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { Logger } from './logger.js';

/** Answers `ok`, or what is missing, in a few words. */
export type Check = () => Promise<string> | string;

/** A check that has not answered by then counts as missing. */
const checkTimeoutMs = 2_000;

export class Health {
  private readonly checks = new Map<string, Check>();
  private server: Server | undefined;

  add(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  /** All checks at once. */
  async report(): Promise<{ ready: boolean; checks: Record<string, string> }> {
    const entries = await Promise.all(
      [...this.checks].map(async ([name, check]) => [name, await this.run(check)] as const),
    );
    return { ready: entries.every(([, state]) => state === 'ok'), checks: Object.fromEntries(entries) };
  }

  async listen(host: string, port: number, metrics: Registry, logger: Logger): Promise<void> {
    this.server = createServer((request, response) => {
      const answer = (status: number, type: string, body: string) => {
        response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
        response.end(body);
      };
      const json = 'application/json';
      const serve = async (): Promise<void> => {
        if (request.url === '/healthz') return answer(200, json, '{"status":"ok"}');
        if (request.url === '/readyz') {
          const { ready, checks } = await this.report();
          return answer(ready ? 200 : 503, json, JSON.stringify({ checks }));
        }
        if (request.url === '/metrics') return answer(200, metrics.contentType, await metrics.metrics());
        answer(404, json, '{"status":"not found"}');
      };
      serve().catch((error: unknown) => {
        logger.error({ err: error }, 'internal port failed');
        response.destroy();
      });
    });
    await new Promise<void>((resolve, reject) => {
      this.server?.once('error', reject).listen(port, host, resolve);
    });
  }

  close(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private async run(check: Check): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve('no answer'), checkTimeoutMs);
    });
    try {
      return await Promise.race([check(), late]);
    } catch (error) {
      return error instanceof Error ? error.message : 'failed';
    } finally {
      clearTimeout(timer);
    }
  }
}
