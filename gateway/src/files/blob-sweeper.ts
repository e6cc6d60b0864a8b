// Removes the bytes that no record points at: every gateway asks the room-service for some, every few seconds.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { claimStrayBlobs, forgetStrayBlobs } from '@natter/contracts/files';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { retryDelay } from '@natter/service-kit/retry';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { BLOBS, type BlobStore } from './blob-store.js';

const everyMs = 5_000;
const atOnce = 100;

@Injectable()
export class BlobSweeper implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private isStopped = false;

  constructor(
    private readonly rpc: RpcClient,
    @Inject(BLOBS) private readonly blobs: BlobStore,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.later();
  }

  onModuleDestroy(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** Removes all that is due. What cannot be removed now is told again by the room-service. */
  async sweep(): Promise<void> {
    for (let claimed = atOnce; claimed === atOnce && !this.isStopped; ) {
      const { blobs } = await this.rpc.call(claimStrayBlobs, { limit: atOnce });
      claimed = blobs.length;
      const removed: string[] = [];
      for (const blob of blobs) if (await this.remove(blob)) removed.push(blob);
      if (removed.length > 0) await this.rpc.call(forgetStrayBlobs, { blobs: removed });
    }
  }

  private async remove(blob: string): Promise<boolean> {
    try {
      await this.blobs.remove(blob);
      return true;
    } catch (error) {
      this.logger.warn({ blob, reason: (error as Error).message }, 'blob not removed');
      return false;
    }
  }

  /** While the room-service is away the next round goes on. */
  private later(): void {
    if (this.isStopped) return;
    const wait = retryDelay(0, everyMs, everyMs);
    this.timer = setTimeout(
      () =>
        void this.sweep()
          .catch(() => undefined)
          .finally(() => this.later()),
      wait,
    );
  }
}
