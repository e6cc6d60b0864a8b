// The limit on mails of one kind that anybody may cause to one address, whoever they are: nobody is flooded by us, and whoever asks for
// accounts in somebody's name does not keep their link to a new password from them.
import { Inject, Injectable } from '@nestjs/common';
import { limits } from '@natter/contracts/limits';
import { CONFIG } from '@natter/service-kit/kit.module';
import type { EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { MailKind } from '../mails/mail.entity.js';
import { attemptKey, AttemptRepository } from './attempt.repository.js';

const hourMs = 3_600_000;

@Injectable()
export class MailLimit {
  private readonly rules: { most: number; windowMs: number }[];

  constructor(
    private readonly attempts: AttemptRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    const most = (count: number): number => Math.max(1, Math.round(count * config.NATTER_RATE_FACTOR));
    this.rules = [
      { most: most(limits.mailsPerHour), windowMs: hourMs },
      { most: most(limits.mailsPerDay), windowMs: 24 * hourMs },
    ];
  }

  /**
   * Does `work`, in the transaction that counts it, while the address has not had all of this kind that it gets. Nobody is told which it was: who asks
   * need not own the address.
   */
  async run(kind: MailKind, email: string, work: (em: EntityManager) => Promise<void>): Promise<void> {
    const key = attemptKey('mail', kind, email.toLowerCase());
    await this.attempts.exclusively(key, async (em) => {
      const nowMs = this.clock.now();
      for (const { most, windowMs } of this.rules)
        if ((await this.attempts.nth(em, key, new Date(nowMs - windowMs), most)) !== null) return;
      await this.attempts.add(em, key, new Date(nowMs), 0);
      await work(em);
    });
  }
}
