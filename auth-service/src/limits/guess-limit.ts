// The limit on guesses at one account's password from one address. A guess is counted before it is checked and taken back when it was
// right, so that a hundred at once are no more guesses than a hundred in a row.
import { Inject, Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import { CONFIG } from '@natter/service-kit/kit.module';
import { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { addressBlock } from '@natter/service-kit/client-address';
import { attemptKey, AttemptRepository } from './attempt.repository.js';
import { type Failure, guessWindowMs, waitAfterFailure, waitBeforeGuess } from './guess-rule.js';

@Injectable()
export class GuessLimit {
  private readonly allowed: number;

  constructor(
    private readonly attempts: AttemptRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.allowed = Math.max(1, Math.round(limits.loginFailures * config.NATTER_RATE_FACTOR));
  }

  /**
   * Makes one guess: true clears the count, false leaves it, a fault of ours counts for nothing.
   *
   * @param account the id of the account or, when there is none, what was typed: both are limited alike
   * @throws NatterError `rate_limited` with the time to wait: then `check` has not run, and nothing is counted
   */
  async guess(account: string, ip: string, check: () => Promise<boolean>): Promise<boolean> {
    const key = attemptKey('guess', account, addressBlock(ip));
    const id = await this.count(key);
    let right: boolean;
    try {
      right = await check();
    } catch (error) {
      await this.attempts.remove(id).catch(() => undefined);
      throw error;
    }
    if (right) await this.attempts.clear(key, id);
    return right;
  }

  /** Whoever shows otherwise whose account it is may guess anew from that address. */
  async forgive(account: string, ip: string): Promise<void> {
    await this.attempts.clear(attemptKey('guess', account, addressBlock(ip)));
  }

  private count(key: string): Promise<string> {
    return this.attempts.exclusively(key, async (em) => {
      const nowMs = this.clock.now();
      const newest = await this.attempts.newest(em, key);
      const last: Failure | null = newest && { atMs: newest.at.getTime(), waitMs: newest.waitMs };
      const retryAfterMs = waitBeforeGuess(last, nowMs);
      if (retryAfterMs > 0) throw new NatterError('rate_limited', { retryAfterMs });
      const before = await this.attempts.countSince(em, key, new Date(nowMs - guessWindowMs));
      const waitMs = waitAfterFailure(last, before + 1, this.allowed, nowMs);
      return this.attempts.add(em, key, new Date(nowMs), waitMs);
    });
  }
}
