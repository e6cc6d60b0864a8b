// Accounts: making them, showing them, changing a password.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type {
  Account,
  changePassword,
  getOwnUsers,
  getUser,
  listAccountChanges,
  noteSeen,
  register,
} from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { isUniqueViolation } from '@natter/service-kit/database-errors';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { UserCopyService } from '../copies/user-copy.service.js';
import { GuessLimit } from '../limits/guess-limit.js';
import { HourlyLimit } from '../limits/hourly-limit.js';
import { refuseWeakPassword } from '../passwords/password-rules.js';
import { PasswordService } from '../passwords/password.service.js';
import { ResetRepository } from '../resets/reset.repository.js';
import { SessionEndings } from '../sessions/session-endings.js';
import { LastSeenRepository } from './last-seen.repository.js';
import type { UserEntity } from './user.entity.js';
import { UserRepository } from './user.repository.js';
import { account, disabledDetail, shownUser, userState } from './user-view.js';

/** Of changes in one answer; the rest comes with the next. */
const maxChanges = 1_000;

@Injectable()
export class UserService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly users: UserRepository,
    private readonly lastSeen: LastSeenRepository,
    private readonly copies: UserCopyService,
    private readonly passwords: PasswordService,
    private readonly guesses: GuessLimit,
    private readonly hourly: HourlyLimit,
    private readonly resets: ResetRepository,
    private readonly endings: SessionEndings,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Makes an account. The password is hashed before names are compared: a name that is taken is told as late as one that is free.
   * @throws NatterError `weak_password`, `account_exists`, `rate_limited`
   */
  async register(request: RequestOf<typeof register>): Promise<{ user: Account }> {
    refuseWeakPassword(request.password, request, 'password');
    const { ip } = request.origin;
    const admin = this.config.NATTER_FIRST_USER_ADMIN ? 'if_first' : 'no';
    const user = await this.hourly.run('registration', ip, () => this.create(request, admin, ip));
    return { user: account(user) };
  }

  /**
   * Makes an account and hands a copy to the room-service, at once if that is there.
   * @param admin `if_first`: when there is no administrator
   * @throws NatterError `account_exists`; `rate_limited` when too many passwords wait to be hashed
   */
  async create(
    wanted: { email: string; username: string; password: string },
    admin: 'yes' | 'no' | 'if_first',
    ip?: string,
  ): Promise<UserEntity> {
    const now = new Date(this.clock.now());
    const user: UserEntity = {
      id: randomUUID(),
      email: wanted.email,
      username: wanted.username,
      displayName: wanted.username,
      avatar: null,
      passwordHash: await this.passwords.hash(wanted.password),
      admin: admin === 'yes',
      disabled: false,
      permissions: this.config.NATTER_DEFAULT_GRANTS,
      version: 1,
      createdAt: now,
    };
    try {
      await this.dataSource.transaction(async (em) => {
        if (admin === 'if_first') user.admin = await this.users.claimFirstAdmin(em);
        await this.insert(em, user, ip);
      });
    } catch (error) {
      throw isUniqueViolation(error) ? new NatterError('account_exists') : error;
    }
    if (user.admin) this.logger.info({ userId: user.id, username: user.username }, 'this account is an administrator');
    await this.copies.announce(user);
    return user;
  }

  /** @throws NatterError `unauthenticated` when there is no such account, `forbidden` when it is disabled */
  async getAccount(actor: string): Promise<{ user: Account }> {
    const user = await this.users.findById(actor);
    if (user === null) throw new NatterError('unauthenticated');
    if (user.disabled) throw new NatterError('forbidden', disabledDetail);
    return { user: account(user) };
  }

  /** Accounts by id, in no order; unknown ids are left out. */
  async getOwnUsers(ids: string[]): Promise<ReplyOf<typeof getOwnUsers>> {
    const users = await this.users.findByIds(ids);
    return { users: users.map(userState) };
  }

  /** Accounts that changed since the last call. */
  async changes({ since }: RequestOf<typeof listAccountChanges>): Promise<ReplyOf<typeof listAccountChanges>> {
    const until = await this.users.oldestTransaction();
    const changed = since === undefined ? [] : await this.users.changedSince(since, maxChanges);
    const last = changed.length === maxChanges ? changed.at(-1)?.changedIn : undefined;
    return { users: changed.map(({ user }) => userState(user)), until: last ?? until };
  }

  /** A user as others see them. @throws NatterError `not_found` */
  async getUser(id: string): Promise<ReplyOf<typeof getUser>> {
    const [user, lastSeen] = await Promise.all([this.users.findById(id), this.lastSeen.of(id)]);
    if (user === null) throw new NatterError('not_found');
    return { user: shownUser(user), last_seen: lastSeen?.toISOString() ?? null };
  }

  /** Users were connected; what is older than what is known changes nothing. */
  noteSeen(items: RequestOf<typeof noteSeen>['items']): Promise<void> {
    return this.lastSeen.note(items);
  }

  /**
   * Changes a password and ends all sessions but this one. The old one is a guess, and limited as such.
   * @throws NatterError `weak_password`, `invalid_credentials`, `rate_limited`
   */
  async changePassword(request: RequestOf<typeof changePassword>): Promise<void> {
    const { actor, session, origin } = request;
    const user = await this.users.findById(actor);
    if (user === null || user.disabled) throw new NatterError('unauthenticated');
    refuseWeakPassword(request.new, user, 'new');
    const right = await this.guesses.guess(user.id, origin.ip, () =>
      this.passwords.verify(request.old, user.passwordHash),
    );
    if (!right) {
      await this.audit.write([
        { action: 'password_change_refused', userId: user.id, sessionId: session, ip: origin.ip },
      ]);
      throw new NatterError('invalid_credentials');
    }
    const passwordHash = await this.passwords.hash(request.new);
    const ended = await this.dataSource.transaction(async (em) => {
      // Changed by somebody else since we looked: then the old one was not right after all.
      if ((await this.users.lockUnchanged(em, user, 'update')) === null) throw new NatterError('invalid_credentials');
      await this.users.setPasswordHash(em, user.id, passwordHash);
      await this.resets.forget(em, user.id);
      await this.audit.write([{ action: 'password_changed', userId: user.id, sessionId: session, ip: origin.ip }], em);
      return this.endings.endOthers(em, user.id, session);
    });
    this.endings.publish(user.id, ended);
  }

  private async insert(em: EntityManager, user: UserEntity, ip?: string): Promise<void> {
    await this.users.insert(em, user);
    await this.copies.enqueue(em, user);
    await this.audit.write([{ action: 'registered', userId: user.id, ...(ip !== undefined && { ip }) }], em);
  }
}
