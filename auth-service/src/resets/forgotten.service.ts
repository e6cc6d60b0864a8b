// A way back in without an administrator, where there is a mail server: a link to the address of the account. Asking looks at nobody's
// account, so that its answer cannot tell who has one.
import { Injectable } from '@nestjs/common';
import type { forgotPassword } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import type { RequestOf } from '@natter/contracts/rpc';
import { HourlyLimit } from '../limits/hourly-limit.js';
import { MailLimit } from '../limits/mail-limit.js';
import { MailService } from '../mails/mail.service.js';

@Injectable()
export class ForgottenService {
  constructor(
    private readonly mails: MailService,
    private readonly mailLimit: MailLimit,
    private readonly hourly: HourlyLimit,
  ) {}

  /** @throws NatterError `forbidden` where no mails are sent; `rate_limited`; `unavailable` when too many wait */
  async ask({ email, origin }: RequestOf<typeof forgotPassword>): Promise<void> {
    if (!this.mails.isOn)
      throw new NatterError('forbidden', { detail: 'this server sends no mails; ask an administrator for a link' });
    await this.hourly.run('password_mail', origin.ip, async () => {
      await this.mails.demandRoom();
      await this.mailLimit.run('password_reset', email, (em) =>
        this.mails.enqueue(em, { kind: 'password_reset', email }),
      );
    });
    this.mails.send();
  }
}
