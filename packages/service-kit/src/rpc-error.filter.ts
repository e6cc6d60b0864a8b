// The edge of every service towards the bus: our errors travel with their code, all else is a fault of ours.
import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { type Observable, throwError } from 'rxjs';
import { isDatabaseAway } from './database-errors.js';
import type { Logger } from './logger.js';
import type { RpcFault } from './nats.js';

/** While the database is away every call fails alike: that is said this often. */
const sayAwayMs = 10_000;

@Catch()
export class RpcErrorFilter implements RpcExceptionFilter {
  private saidAwayAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly logger: Logger) {}

  catch(error: unknown): Observable<never> {
    return throwError(() => this.translate(error));
  }

  private translate(error: unknown): RpcFault {
    if (error instanceof NatterError) return { code: error.code, details: error.details };
    if (isDatabaseAway(error)) {
      if (performance.now() - this.saidAwayAt > sayAwayMs) {
        this.saidAwayAt = performance.now();
        this.logger.warn({ reason: (error as Error).message }, 'database away');
      }
      return { code: 'unavailable', details: { retryAfterMs: 1_000 } };
    }
    this.logger.error({ err: error }, 'call failed');
    return { code: 'internal', details: {} };
  }
}
