// The limit on what tells whether a name is taken, or sends a mail, from one address: so many in any hour.
import { Inject, Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { CONFIG } from '@natter/service-kit/kit.module';
import { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { addressBlock } from '@natter/service-kit/client-address';
import { attemptKey, AttemptRepository } from './attempt.repository.js';

const windowMs = 3_600_000;
const allowed = {
  registration: limits.registrationsPerHour,
  email_change: limits.emailChangesPerHour,
  password_mail: limits.passwordMailsPerHour,
} as const;

@Injectable()
export class HourlyLimit {
  constructor(
    private readonly attempts: AttemptRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Does something that is limited. What finds a name taken counts too, so that nobody looks through names this way; a fault of
   * ours does not.
   *
   * @throws NatterError `rate_limited` with the time until the oldest that counts is an hour old; what `work` throws
   */
  async run<T>(what: keyof typeof allowed, ip: string, work: () => Promise<T>): Promise<T> {
    const counted = await this.count(what, ip);
    try {
      return await work();
    } catch (error) {
      const isTaken = error instanceof NatterError && error.code === 'account_exists';
      if (!isTaken) await this.attempts.remove(counted).catch(() => undefined);
      throw error;
    }
  }

  private count(what: keyof typeof allowed, ip: string): Promise<string> {
    const key = attemptKey(what, addressBlock(ip));
    const most = Math.max(1, Math.round(allowed[what] * this.config.NATTER_RATE_FACTOR));
    return this.attempts.exclusively(key, async (em) => {
      const nowMs = this.clock.now();
      const oldest = await this.attempts.nth(em, key, new Date(nowMs - windowMs), most);
      if (oldest !== null) {
        const retryAfterMs = Math.min(windowMs, oldest.at.getTime() + windowMs - nowMs);
        throw new NatterError('rate_limited', { retryAfterMs });
      }
      return this.attempts.add(em, key, new Date(nowMs), 0);
    });
  }
}
