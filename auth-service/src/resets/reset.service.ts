// A way back in for somebody who lost their password: a token that an administrator makes and hands over, or that goes to the address of
// the account.
import { Inject, Injectable } from '@nestjs/common';
import type { createReset } from '@natter/contracts/admin';
import type { resetPassword } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { limits } from '@natter/contracts/limits';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { DataSource, type EntityManager } from 'typeorm';
import { Administrators } from '../admin/administrators.js';
import { AuditService, type NewEntry } from '../audit/audit.service.js';
import { Clock } from '../clock.js';
import { GuessLimit } from '../limits/guess-limit.js';
import { refuseWeakPassword } from '../passwords/password-rules.js';
import { PasswordService } from '../passwords/password.service.js';
import { SessionEndings } from '../sessions/session-endings.js';
import { newSecret, secretHash } from '../tokens/secret.js';
import type { UserEntity } from '../users/user.entity.js';
import { UserRepository } from '../users/user.repository.js';
import { ResetRepository } from './reset.repository.js';

type Reset = RequestOf<typeof resetPassword>;

/** What guesses at tokens are counted for: they are nobody's. */
const anyToken = 'password reset';

@Injectable()
export class ResetService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly resets: ResetRepository,
    private readonly administrators: Administrators,
    private readonly users: UserRepository,
    private readonly passwords: PasswordService,
    private readonly guesses: GuessLimit,
    private readonly endings: SessionEndings,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Makes a token for a user; one made before is no good any more. @throws NatterError `forbidden`, `not_found` */
  async create(request: RequestOf<typeof createReset>): Promise<ReplyOf<typeof createReset>> {
    const { actor, session, target, origin } = request;
    return this.dataSource.transaction(async (em) => {
      await this.administrators.require(actor, em);
      if ((await this.users.findById(target, em)) === null) throw new NatterError('not_found');
      return this.make(em, target, { byId: actor, sessionId: session, ip: origin.ip });
    });
  }

  /** Makes a token that goes by a mail to the address of a user's account, and to nobody else. Null: it is not theirs any more. */
  createForMail(mailId: string, { id, email }: UserEntity): Promise<string | null> {
    return this.dataSource.transaction(async (em) => {
      const user = await this.users.lock(em, id);
      if (user === null || user.disabled || user.email !== email) return null;
      return (await this.make(em, id, { byId: null }, mailId)).token;
    });
  }

  private async make(em: EntityManager, userId: string, by: Omit<NewEntry, 'action' | 'userId'>, mailId?: string) {
    const token = newSecret();
    const nowMs = this.clock.now();
    const [hash, createdAt, expiresAt] = [secretHash(token), new Date(nowMs), new Date(nowMs + limits.resetMs)];
    const isFirst = await this.resets.put(em, { userId, mailId: mailId ?? null, hash, createdAt, expiresAt });
    // However often a mail is tried, it is written down once.
    if (isFirst) await this.audit.write([{ action: 'password_reset_made', userId, ...by }], em);
    return { token, expires_at: expiresAt.toISOString() };
  }

  /**
   * Sets the password of whom a token was made for, and ends all their sessions. A password that is refused does not use it up.
   * @throws NatterError `invalid_credentials` for a token that is not good, or no longer; `weak_password`, `rate_limited`
   */
  async redeem({ token, new: password, origin }: Reset): Promise<void> {
    const hash = secretHash(token);
    const user = await this.userOf(hash, origin.ip);
    refuseWeakPassword(password, user, 'new');
    const passwordHash = await this.passwords.hash(password);
    const ended = await this.dataSource.transaction((em) => this.use(em, hash, user.id, passwordHash, origin.ip));
    this.endings.publish(user.id, ended);
    await this.guesses.forgive(user.id, origin.ip);
  }

  private async userOf(hash: string, ip: string): Promise<UserEntity> {
    let user: UserEntity | null = null;
    const isRight = await this.guesses.guess(anyToken, ip, async () => {
      const id = await this.resets.userOf(hash, new Date(this.clock.now()));
      user = id === null ? null : await this.users.findById(id);
      return user !== null && !user.disabled;
    });
    if (isRight && user !== null) return user;
    await this.audit.writeRefusal({ action: 'password_reset_refused', ip });
    throw refused();
  }

  private async use(
    em: EntityManager,
    hash: string,
    userId: string,
    passwordHash: string,
    ip: string,
  ): Promise<string[]> {
    const user = await this.users.lock(em, userId);
    if (user === null || user.disabled || !(await this.resets.take(em, hash, new Date(this.clock.now()))))
      throw refused();
    await this.users.setPasswordHash(em, userId, passwordHash);
    await this.audit.write([{ action: 'password_reset', userId, ip }], em);
    return this.endings.endAll(em, userId, userId);
  }
}

const refused = () => new NatterError('invalid_credentials', { detail: 'this token is not good, or no longer' });
