// Files that no message carries after a day: removed, a piece at a time.
import { limits } from '@natter/contracts/limits';
import type { Logger } from '@natter/service-kit/logger';
import { AwayLog } from '../away-log.js';
import type { FileRepository } from './file.repository.js';

const everyMs = 60_000;
/** Longer than it takes to notice that a clock is wrong and to set it. */
const doubtMs = 60 * 60_000;
const piece = 500;

export class LooseFiles {
  private readonly timer: NodeJS.Timeout;
  private readonly away: AwayLog;

  constructor(
    private readonly files: Pick<FileRepository, 'removeLoose'>,
    logger: Logger,
  ) {
    this.away = new AwayLog(logger, 'files that no message carries cannot be removed yet');
    this.timer = setInterval(() => void this.sweep(), everyMs);
  }

  /** When the database is away, the next round goes on. */
  async sweep(): Promise<void> {
    try {
      while ((await this.files.removeLoose(limits.looseFileMs, doubtMs, piece)) === piece);
      this.away.worked();
    } catch (error) {
      this.away.failed(error);
    }
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
