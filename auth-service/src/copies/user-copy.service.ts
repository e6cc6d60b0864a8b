// Users as others need them: an outbox, handed over to the room-service until it says that it has them, however long that is away.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { copyUsers, type UserChanged } from '@natter/contracts/auth';
import { subjects } from '@natter/contracts/subjects';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Registry } from '@natter/service-kit/metrics';
import { Bus } from '@natter/service-kit/nats';
import { retryDelay, sleep } from '@natter/service-kit/retry';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import { measureOutbox } from '../outbox-metrics.js';
import type { UserEntity } from '../users/user.entity.js';
import { UserRepository } from '../users/user.repository.js';
import { ownUser, userState } from '../users/user-view.js';
import { UserCopyRepository } from './user-copy.repository.js';

const batch = 256;
const callMs = 3_000;
/** Longer than a call and its bookkeeping can take. */
const leaseMs = 15_000;
const firstRetryMs = 200;
const maxRetryMs = 5_000;
const pollMs = 1_000;
/** The first tries tell everybody once more: who made the change may have died before it could. */
const toldTries = 5;
/** Who registers waits this long for the room-service to know them; it goes on without, all the same. */
const announceMs = 500;

@Injectable()
export class UserCopyService implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private failing = false;

  constructor(
    private readonly copies: UserCopyRepository,
    private readonly users: UserRepository,
    private readonly rpc: RpcClient,
    private readonly bus: Bus,
    private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
    metrics: Registry,
  ) {
    const what = 'users whose newest version the room-service has not confirmed';
    measureOutbox(metrics, { name: 'natter_user_copies', what, outbox: copies, clock });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.handOver(), pollMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.last;
  }

  /** Notes a new or changed user, in the transaction that makes the change. */
  enqueue(em: EntityManager, user: UserEntity): Promise<void> {
    return this.copies.put(em, user.id, user.version, new Date(this.clock.now()));
  }

  /** After that transaction: tells everybody, and waits a moment for the room-service to know. */
  async announce(user: UserEntity): Promise<void> {
    this.tell(user);
    await Promise.race([this.handOver(), sleep(announceMs)]);
  }

  /** Hands over what is due; asked while it is at work, it looks once more when it is done. Never fails. */
  handOver(): Promise<void> {
    if (this.next !== undefined) return this.next;
    const run = this.last.then(() => {
      this.next = undefined;
      return this.drain().catch((error: unknown) => this.failed(error));
    });
    this.next = run;
    this.last = run;
    return run;
  }

  private async drain(): Promise<void> {
    for (;;) {
      const nowMs = this.clock.now();
      const claimed = await this.copies.claim(new Date(nowMs), new Date(nowMs + leaseMs), batch);
      if (claimed.length === 0) return;
      try {
        const users = await this.users.findByIds(claimed.map((row) => row.user_id));
        const early = new Set(claimed.filter(({ attempts }) => attempts <= toldTries).map((row) => row.user_id));
        // Nobody holds anything of an account that has just been made.
        for (const user of users) if (user.version > 1 && early.has(user.id)) this.tell(user);
        await this.rpc.call(copyUsers, { users: users.map(userState) }, { timeoutMs: callMs });
        await this.copies.confirm(users);
      } catch (error) {
        const until = claimed.map(
          ({ attempts }) => new Date(nowMs + retryDelay(attempts - 1, firstRetryMs, maxRetryMs)),
        );
        await this.copies.postpone(claimed, until);
        throw error;
      }
      if (this.failing) this.logger.info('users are handed over to the room-service again');
      this.failing = false;
    }
  }

  private tell(user: UserEntity): void {
    const { disabled, version } = user;
    const changed: UserChanged = { user: ownUser(user), disabled, version };
    this.bus.publishJson(subjects.userChanged, changed);
  }

  /** Said once, not at every try. */
  private failed(error: unknown): void {
    if (!this.failing) this.logger.warn({ reason: (error as Error).message }, 'users wait to be handed over');
    this.failing = true;
  }
}
