// Notices nobody needs any more go, a little at a time; replicas may do it side by side.
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { retryDelay } from '@natter/service-kit/retry';
import { NotificationRepository } from '../notifications/notification.repository.js';
import { PushRepository } from '../push/push.repository.js';

/** An acknowledged notice that is added again within this stays acknowledged. */
const ackedDays = 7;
/** A notice that nobody looked at for so long tells nothing any more. */
const pendingDays = 90;
/** Whoever is told again of a room after so long is told as for the first time. */
const pushedDays = 90;
const everyMs = 10 * 60_000;
const batch = 1_000;
/** What is left after so many batches waits for the next round. */
const maxBatches = 50;

@Injectable()
export class Housekeeping implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly repository: NotificationRepository,
    private readonly push: PushRepository,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.plan();
  }

  onApplicationShutdown(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** One round. @returns how many notices went */
  async run(): Promise<number> {
    let deleted = 0;
    for (let batches = 0; batches < maxBatches; batches++) {
      const count = await this.repository.deleteOld(ackedDays, pendingDays, batch);
      deleted += count;
      if (count < batch) break;
    }
    await this.push.deleteOldPushed(pushedDays, batch);
    return deleted;
  }

  private plan(): void {
    if (this.stopped) return;
    this.timer = setTimeout(
      () => {
        this.run()
          .catch((error: unknown) => this.logger.warn({ err: error }, 'old notices not deleted'))
          .finally(() => this.plan());
      },
      retryDelay(0, everyMs, everyMs),
    );
  }
}
