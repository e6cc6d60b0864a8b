// Accounts: making them, showing them, changing a password.
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
import { DataSource } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { GuessLimit } from '../limits/guess-limit.js';
import { HourlyLimit } from '../limits/hourly-limit.js';
import { refuseWeakPassword } from '../passwords/password-rules.js';
import { PasswordService } from '../passwords/password.service.js';
import { ResetRepository } from '../resets/reset.repository.js';
import { SessionEndings } from '../sessions/session-endings.js';
import { VerificationService } from '../verifications/verification.service.js';
import { LastSeenRepository } from './last-seen.repository.js';
import { NewUsers } from './new-users.js';
import type { UserEntity } from './user.entity.js';
import { UserRepository } from './user.repository.js';
import { account, disabledDetail, shownUser } from './user-view.js';

/** Of changes in one answer; the rest comes with the next. */
const maxChanges = 1_000;

@Injectable()
export class UserService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly users: UserRepository,
    private readonly lastSeen: LastSeenRepository,
    private readonly newUsers: NewUsers,
    private readonly verifications: VerificationService,
    private readonly passwords: PasswordService,
    private readonly guesses: GuessLimit,
    private readonly hourly: HourlyLimit,
    private readonly resets: ResetRepository,
    private readonly endings: SessionEndings,
    private readonly audit: AuditService,
  ) {}

  /**
   * Makes an account, or where addresses are verified asks for that: `user` is null then, whatever becomes of it. The password is hashed
   * before names are compared: a name that is taken is told as late as one that is free.
   *
   * @throws NatterError `weak_password`, `account_exists`, `rate_limited`
   */
  async register(request: RequestOf<typeof register>): Promise<{ user: Account | null }> {
    refuseWeakPassword(request.password, request, 'password');
    const { ip } = request.origin;
    return this.hourly.run('registration', ip, async () => {
      if (!this.verifications.isOn) return { user: account(await this.create(request, 'registered', ip)) };
      await this.verifications.askForAccount(request);
      return { user: null };
    });
  }

  /**
   * Makes an account at once.
   * @throws NatterError `account_exists`; `rate_limited` when too many passwords wait to be hashed
   */
  async create(
    { email, username, password }: { email: string; username: string; password: string },
    how: 'registered' | 'configured',
    ip?: string,
  ): Promise<UserEntity> {
    const passwordHash = await this.passwords.hash(password);
    try {
      const user = await this.dataSource.transaction((em) =>
        this.newUsers.insert(em, { email, username, passwordHash }, how, ip),
      );
      await this.newUsers.announce(user);
      return user;
    } catch (error) {
      throw isUniqueViolation(error) ? new NatterError('account_exists') : error;
    }
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
    return { users: await this.users.statesOf(ids) };
  }

  /** Accounts that changed since the last call. */
  async changes({ since }: RequestOf<typeof listAccountChanges>): Promise<ReplyOf<typeof listAccountChanges>> {
    const until = await this.users.oldestTransaction();
    const changed = since === undefined ? [] : await this.users.changedSince(since, maxChanges);
    const last = changed.length === maxChanges ? changed.at(-1)?.changedIn : undefined;
    return { users: changed.map(({ user }) => user), until: last ?? until };
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
}
