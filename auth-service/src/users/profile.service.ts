// What people change of their own account.
import { Injectable } from '@nestjs/common';
import type { Account, patchAccount } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import type { RequestOf } from '@natter/contracts/rpc';
import { isUniqueViolation } from '@natter/service-kit/database-errors';
import { AvatarEntity } from '../avatars/avatar.entity.js';
import { AuditService } from '../audit/audit.service.js';
import { GuessLimit } from '../limits/guess-limit.js';
import { HourlyLimit } from '../limits/hourly-limit.js';
import { PasswordService } from '../passwords/password.service.js';
import { VerificationService } from '../verifications/verification.service.js';
import { UserChanges } from './user-changes.js';
import type { UserEntity } from './user.entity.js';
import { UserRepository } from './user.repository.js';
import { account, disabledDetail } from './user-view.js';

type Patch = RequestOf<typeof patchAccount>;

@Injectable()
export class ProfileService {
  constructor(
    private readonly users: UserRepository,
    private readonly changes: UserChanges,
    private readonly passwords: PasswordService,
    private readonly guesses: GuessLimit,
    private readonly hourly: HourlyLimit,
    private readonly audit: AuditService,
    private readonly verifications: VerificationService,
  ) {}

  /**
   * Changes names, picture or email of one's own account. The email needs the password, which is a guess and limited as such; that
   * an email is taken is told in the words of a registration, and as rarely. Where addresses are verified, a new one counts only once the
   * link that was sent there has come back, and whether it is taken is not told.
   *
   * @throws NatterError `bad_request` without the password, `invalid_credentials`, `account_exists`, `rate_limited`; `invalid` for
   *   an avatar that is not there
   */
  async patch(patch: Patch): Promise<{ user: Account }> {
    const { email } = patch;
    if (email === undefined) return this.apply(patch);
    const checked = await this.checkPassword(patch);
    const isNew = checked.email.toLowerCase() !== email.toLowerCase();
    if (!isNew) return this.apply(patch, checked.passwordHash);
    return this.hourly.run('email_change', patch.origin.ip, async () => {
      if (!this.verifications.isOn) return this.apply(patch, checked.passwordHash);
      const { email: _email, ...rest } = patch;
      const changed = await this.apply(rest);
      await this.verifications.askForEmail(checked, email);
      return changed;
    });
  }

  private async checkPassword({ actor, session, origin, password }: Patch): Promise<UserEntity> {
    if (password === undefined)
      throw new NatterError('bad_request', {
        detail: 'password is missing: a new email needs it',
        fields: [{ field: 'password', code: 'missing' }],
      });
    const user = await this.users.findById(actor);
    if (user === null) throw new NatterError('unauthenticated');
    const isRight = await this.guesses.guess(user.id, origin.ip, () =>
      this.passwords.verify(password, user.passwordHash),
    );
    if (isRight) return user;
    await this.audit.write([{ action: 'email_change_refused', userId: user.id, sessionId: session, ip: origin.ip }]);
    throw new NatterError('invalid_credentials');
  }

  /** @param passwordHash what the password was checked against, where it was needed */
  private async apply(patch: Patch, passwordHash?: string): Promise<{ user: Account }> {
    const { actor, session, origin } = patch;
    try {
      const user = await this.changes.change(actor, async (own, em) => {
        if (own.disabled) throw new NatterError('forbidden', disabledDetail);
        if (patch.display_name !== undefined) own.displayName = patch.display_name;
        if (patch.avatar !== undefined) own.avatar = avatarOf(own, patch.avatar);
        if (own.avatar === null) await em.delete(AvatarEntity, { userId: own.id });
        if (patch.email === undefined || patch.email === own.email) return;
        // Changed since we looked: then it was not right after all.
        if (own.passwordHash !== passwordHash) throw new NatterError('invalid_credentials');
        await this.changes.setEmail(own, patch.email, { sessionId: session, ip: origin.ip }, em);
      });
      return { user: account(user) };
    } catch (error) {
      if (isUniqueViolation(error, 'users_email_key')) throw new NatterError('account_exists');
      throw error instanceof NatterError && error.code === 'not_found' ? new NatterError('unauthenticated') : error;
    }
  }
}

/** A picture gets here by being uploaded; it may stay, or go. */
function avatarOf(user: UserEntity, wanted: string | null): string | null {
  if (wanted === null || wanted === user.avatar) return wanted;
  const detail = 'avatar: null to remove it; a picture is set by uploading it';
  throw new NatterError('invalid', { detail, fields: [{ field: 'avatar', code: 'not_found' }] });
}
