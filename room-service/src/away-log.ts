// Says once that something is away, and once that it is back: not once for each request that fails meanwhile.
import type { Logger } from '@natter/service-kit/logger';

export class AwayLog {
  private isAway = false;

  /** @param what a constant message, for example «cannot append» */
  constructor(
    private readonly logger: Logger,
    private readonly what: string,
  ) {}

  failed(reason: unknown): void {
    if (this.isAway) return;
    this.isAway = true;
    this.logger.warn({ reason: reason instanceof Error ? reason.message : reason }, this.what);
  }

  worked(): void {
    if (!this.isAway) return;
    this.isAway = false;
    this.logger.info(`no more: ${this.what}`);
  }
}
