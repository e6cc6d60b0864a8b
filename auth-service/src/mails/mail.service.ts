// Mails wait in an outbox until the mail server has taken them, however long that is away, and hold nobody up who caused them.
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Counter, Registry } from '@natter/service-kit/metrics';
import { retryDelay } from '@natter/service-kit/retry';
import type { EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { LetterWriter } from './letter-writer.js';
import type { MailEntity } from './mail.entity.js';
import { MailRepository, type NewMail } from './mail.repository.js';
import { measureOutbox } from '../outbox-metrics.js';
import { mailSettings } from './mail-settings.js';
import { type MailRefused, Post, sendMs } from './post.js';

/** Connections to the mail server at once. */
const atOnce = 4;
/** Longer than writing, sending and taking note can take. */
const leaseMs = sendMs + 15_000;
const pollMs = 1_000;
const firstRetryMs = 1_000;
const maxRetryMs = 60_000;
/** A mail that has waited for so long is given up: whoever waited for it has asked again. */
const patienceMs = 12 * 3_600_000;
/** Mails that may wait; beyond that what causes one is refused. */
const maxWaiting = 10_000;

@Injectable()
export class MailService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly post: Post | undefined;
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> | undefined;
  private failing = false;
  private readonly results: Counter;

  constructor(
    private readonly mails: MailRepository,
    private readonly letters: LetterWriter,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    metrics: Registry,
  ) {
    const settings = mailSettings(config);
    this.post = settings === null ? undefined : new Post(settings);
    measureOutbox(metrics, { name: 'natter_mails', what: 'mails that no mail server has taken', outbox: mails, clock });
    this.results = new Counter({
      name: 'natter_mails_total',
      help: 'mails by what became of a try: sent, failed and to be tried again, dropped for good',
      labelNames: ['result'],
      registers: [metrics],
    });
  }

  /** Whether the operator named a mail server. */
  get isOn(): boolean {
    return this.post !== undefined;
  }

  onApplicationBootstrap(): void {
    if (this.isOn) this.timer = setInterval(() => this.send(), pollMs);
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    this.failing = true; // what breaks off now is no fault
    this.post?.close();
    await this.round;
  }

  /** Before one more is caused by whoever likes. @throws NatterError `unavailable` when too many wait */
  async demandRoom(): Promise<void> {
    if (await this.mails.hasMoreThan(maxWaiting)) throw new NatterError('unavailable', { retryAfterMs: maxRetryMs });
  }

  /** Notes a mail, in the transaction of what causes it. */
  async enqueue(em: EntityManager, mail: NewMail): Promise<void> {
    // Nobody can be there (RFC 2606): the administrator of the configuration has such an address.
    if (/\.invalid$/i.test(mail.email)) return;
    await this.mails.put(em, mail, new Date(this.clock.now()));
  }

  /** After that transaction: sends what is due, unless that is being done. Nobody waits for it. */
  send(): void {
    this.round ??= this.drain()
      .catch((error: unknown) => this.logger.warn({ reason: (error as Error).message }, 'mails cannot be read'))
      .finally(() => (this.round = undefined));
  }

  /** Goes on as long as the server takes any. */
  private async drain(): Promise<void> {
    while (this.post !== undefined) {
      const nowMs = this.clock.now();
      const due = await this.mails.claim(new Date(nowMs), new Date(nowMs + leaseMs), atOnce);
      const { post } = this;
      // All of them, whatever becomes of one: those still under way count.
      const tries = await Promise.allSettled(due.map((mail) => this.handOver(post, mail)));
      const broken = tries.find((one) => one.status === 'rejected');
      if (broken !== undefined) throw broken.reason;
      if (!tries.some((one) => one.status === 'fulfilled' && one.value)) return;
    }
  }

  /** True unless it has to be tried again. */
  private async handOver(post: Post, mail: MailEntity): Promise<boolean> {
    // Before it is sent: one that comes out of a backup may be weeks old.
    if (this.clock.now() - mail.since.getTime() >= patienceMs) return this.giveUp(mail, 'too late');
    const letter = await this.letters.write(mail);
    try {
      if (letter !== null) await post.send(mail.id, letter);
    } catch (error) {
      const { code, isFinal } = error as MailRefused;
      return isFinal ? this.giveUp(mail, code) : this.tryLater(mail, code);
    }
    await this.mails.remove(mail.id);
    if (letter === null) return true;
    this.results.inc({ result: 'sent' });
    if (this.failing) this.logger.info('mails are sent again');
    this.failing = false;
    return true;
  }

  private async giveUp({ id, kind, attempts }: MailEntity, code: string): Promise<true> {
    await this.mails.remove(id);
    this.results.inc({ result: 'dropped' });
    this.logger.warn({ mailId: id, kind, attempts, code }, 'a mail is given up');
    return true;
  }

  private async tryLater({ id, attempts }: MailEntity, code: string): Promise<false> {
    await this.mails.postpone(id, new Date(this.clock.now() + retryDelay(attempts - 1, firstRetryMs, maxRetryMs)));
    this.results.inc({ result: 'failed' });
    // Said once, not at every try.
    if (!this.failing) this.logger.warn({ code }, 'mails wait: the mail server does not take them');
    this.failing = true;
    return false;
  }
}
