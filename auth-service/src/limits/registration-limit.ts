// The limit on registrations from one address: so many in any hour.
import { Inject, Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { CONFIG } from '@natter/service-kit/kit.module';
import { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { addressBlock } from '@natter/service-kit/client-address';
import { attemptKey, AttemptRepository } from './attempt.repository.js';

const windowMs = 3_600_000;

@Injectable()
export class RegistrationLimit {
  private readonly allowed: number;

  constructor(
    private readonly attempts: AttemptRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.allowed = Math.max(1, Math.round(limits.registrationsPerHour * config.NATTER_RATE_FACTOR));
  }

  /**
   * Counts one registration; one that finds its name taken counts too, so that nobody looks through names this way.
   *
   * @returns its id, for `takeBack`
   * @throws NatterError `rate_limited` with the time until the oldest that counts is an hour old
   */
  count(ip: string): Promise<string> {
    const key = attemptKey('registration', addressBlock(ip));
    return this.attempts.exclusively(key, async (em) => {
      const nowMs = this.clock.now();
      const oldest = await this.attempts.nth(em, key, new Date(nowMs - windowMs), this.allowed);
      if (oldest !== null) {
        const retryAfterMs = Math.min(windowMs, oldest.at.getTime() + windowMs - nowMs);
        throw new NatterError('rate_limited', { retryAfterMs });
      }
      return this.attempts.add(em, key, new Date(nowMs), 0);
    });
  }

  /** A registration that failed by a fault of ours does not count. */
  async takeBack(id: string): Promise<void> {
    await this.attempts.remove(id).catch(() => undefined);
  }
}
