// An address counts once a link that was sent there has come back. Until then nothing is reserved: of two who wait for one name the
// first to confirm gets it. Asking looks at nobody's account, so that its answer cannot tell who has one.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { register, verify } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { isUniqueViolation } from '@natter/service-kit/database-errors';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import { MailLimit } from '../limits/mail-limit.js';
import { MailService } from '../mails/mail.service.js';
import { PasswordService } from '../passwords/password.service.js';
import { NewUsers } from '../users/new-users.js';
import { UserChanges } from '../users/user-changes.js';
import type { UserEntity } from '../users/user.entity.js';
import { UserRepository } from '../users/user.repository.js';
import { shownUser } from '../users/user-view.js';
import type { VerificationEntity } from './verification.entity.js';
import { VerificationRepository } from './verification.repository.js';
import { isOneOf, readToken } from './verification-token.js';

type Wanted = Pick<VerificationEntity, 'email' | 'username' | 'passwordHash' | 'userId'>;

interface Token {
  id: string;
  secret: string;
}

@Injectable()
export class VerificationService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly verifications: VerificationRepository,
    private readonly mails: MailService,
    private readonly mailLimit: MailLimit,
    private readonly passwords: PasswordService,
    private readonly users: UserRepository,
    private readonly newUsers: NewUsers,
    private readonly changes: UserChanges,
    private readonly clock: Clock,
  ) {}

  /** Whether addresses are verified at all. */
  get isOn(): boolean {
    return this.mails.isOn;
  }

  /** Somebody wants an account. @throws NatterError `rate_limited` when too many passwords wait to be hashed, `unavailable` */
  async askForAccount({ email, username, password }: RequestOf<typeof register>): Promise<void> {
    const passwordHash = await this.passwords.hash(password);
    await this.ask({ email, username, passwordHash, userId: null });
  }

  /** Somebody whose password was right wants another address; what they asked for before is no good any more. @throws NatterError `unavailable` */
  askForEmail(user: UserEntity, email: string): Promise<void> {
    return this.ask({ email, username: null, passwordHash: user.passwordHash, userId: user.id });
  }

  /**
   * The link came back: makes the account, or changes the address of one. The same token once more does nothing and answers the same, for
   * as long as it would have been good: an answer may be lost.
   *
   * @throws NatterError `gone` for a token that is not good, or no longer; `account_exists`
   */
  async verify({ token, origin }: RequestOf<typeof verify>): Promise<ReplyOf<typeof verify>> {
    const read = readToken(token);
    const found = read && (await this.verifications.findById(read.id));
    if (!found) throw gone();
    try {
      const { user, isRepeat } =
        found.username === null
          ? await this.changeEmail(read, found.userId ?? '', origin.ip)
          : await this.makeAccount(read, origin.ip);
      return { user: shownUser(user), isRepeat };
    } catch (error) {
      throw isUniqueViolation(error) ? new NatterError('account_exists') : error;
    }
  }

  private async ask(wanted: Wanted): Promise<void> {
    await this.mails.demandRoom();
    const nowMs = this.clock.now();
    const [id, createdAt, expiresAt] = [randomUUID(), new Date(nowMs), new Date(nowMs + limits.verificationMs)];
    await this.mailLimit.run('verification', wanted.email, async (em) => {
      if (wanted.userId !== null) await this.verifications.forgetPending(em, wanted.userId);
      await this.verifications.insert(em, { ...wanted, id, tokenHashes: [], createdAt, expiresAt, usedAt: null });
      await this.mails.enqueue(em, { kind: 'verification', email: wanted.email, verificationId: id });
    });
    this.mails.send();
  }

  private async makeAccount(token: Token, ip: string): Promise<{ user: UserEntity; isRepeat: boolean }> {
    const made = await this.dataSource.transaction(async (em) => {
      const { email, username, passwordHash, userId } = await this.open(em, token);
      if (userId !== null) return { user: await this.users.findById(userId, em), isRepeat: true };
      if (username === null || passwordHash === null) throw gone();
      const user = await this.newUsers.insert(em, { email, username, passwordHash }, 'registered', ip);
      await this.verifications.setUsed(em, token.id, user.id, new Date(this.clock.now()));
      return { user, isRepeat: false };
    });
    const { user, isRepeat } = made;
    if (user === null) throw gone();
    if (!isRepeat) await this.newUsers.announce(user);
    return { user, isRepeat };
  }

  private async changeEmail(
    token: Token,
    userId: string,
    ip: string,
  ): Promise<{ user: UserEntity; isRepeat: boolean }> {
    let isRepeat = false;
    const user = await this.changes.change(userId, async (own, em) => {
      const { email, passwordHash, usedAt } = await this.open(em, token);
      isRepeat = usedAt !== null;
      if (isRepeat) return;
      // Who has changed the password since wants nothing to come of what was asked with the old one.
      if (own.disabled || own.passwordHash !== passwordHash) throw gone();
      await this.mails.enqueue(em, { kind: 'email_changed', email: own.email, userId: own.id });
      await this.changes.setEmail(own, email, { ip }, em);
      await this.verifications.setUsed(em, token.id, own.id, new Date(this.clock.now()));
    });
    this.mails.send();
    return { user, isRepeat };
  }

  /** Locked, and shown to be the one that the token is of. */
  private async open(em: EntityManager, { id, secret }: Token): Promise<VerificationEntity> {
    const found = await this.verifications.lock(em, id);
    const isGood = found !== null && isOneOf(secret, found.tokenHashes) && found.expiresAt.getTime() > this.clock.now();
    if (!isGood) throw gone();
    return found;
  }
}

const gone = () => new NatterError('gone', { detail: 'this link is not good, or no longer' });
