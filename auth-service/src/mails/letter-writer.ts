// What a mail says is decided when it is sent, not when it was asked for: so asking takes the same steps whoever has the address, and a
// mail that waited does not speak of yesterday. The token of a link is made here too, and its hash is all that is kept of it.
import { Inject, Injectable } from '@nestjs/common';
import { limits } from '@natter/contracts/limits';
import { CONFIG } from '@natter/service-kit/kit.module';
import { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { ResetService } from '../resets/reset.service.js';
import { newSecret, secretHash } from '../tokens/secret.js';
import type { UserEntity } from '../users/user.entity.js';
import { UserRepository } from '../users/user.repository.js';
import { VerificationRepository } from '../verifications/verification.repository.js';
import type { VerificationEntity } from '../verifications/verification.entity.js';
import { verificationToken } from '../verifications/verification-token.js';
import {
  confirmAccount,
  confirmEmail,
  emailChanged,
  haveAccount,
  type Letter,
  nameTaken,
  newPassword,
} from './letters.js';
import type { MailEntity } from './mail.entity.js';

/** To whoever has the account, as they write their address; else to where it was asked for. */
export interface AddressedLetter extends Letter {
  to: string;
}

@Injectable()
export class LetterWriter {
  private readonly site: string;

  constructor(
    private readonly users: UserRepository,
    private readonly verifications: VerificationRepository,
    private readonly resets: ResetService,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.site = config.NATTER_ORIGINS[0] ?? '';
  }

  /** Null: there is nothing to be said, or not any more. */
  async write({ id, kind, email, verificationId, userId }: MailEntity): Promise<AddressedLetter | null> {
    if (kind === 'email_changed') {
      const user = userId === null ? null : await this.users.findById(userId);
      return user && { to: email, ...emailChanged(this.site, user.username) };
    }
    if (kind === 'password_reset') return this.ofForgotten(id, email);
    const verification = verificationId === null ? null : await this.verifications.findById(verificationId);
    if (verification === null || verification.usedAt !== null) return null;
    return verification.username === null
      ? this.ofChange(verification)
      : this.ofRegistration(verification, verification.username);
  }

  private async ofRegistration(verification: VerificationEntity, username: string): Promise<AddressedLetter | null> {
    const { id, email: to } = verification;
    const owner = await this.users.findByLogin(to);
    if (owner !== null) return this.toOwner(owner);
    if ((await this.users.findByLogin(username)) !== null) return { to, ...nameTaken(this.site, username) };
    const link = await this.newLink(id);
    return link === null ? null : { to, ...confirmAccount(this.site, username, link) };
  }

  private async ofChange({ id, email: to, userId }: VerificationEntity): Promise<AddressedLetter | null> {
    const owner = await this.users.findByLogin(to);
    if (owner !== null) return this.toOwner(owner);
    const user = userId === null ? null : await this.users.findById(userId);
    const link = user && (await this.newLink(id));
    return user === null || link === null ? null : { to, ...confirmEmail(this.site, user.username, link) };
  }

  private toOwner({ email, username }: UserEntity): AddressedLetter {
    return { to: email, ...haveAccount(this.site, username) };
  }

  /** Nobody is told that they have no account: whoever likes may ask, for whatever address. */
  private async ofForgotten(mailId: string, email: string): Promise<AddressedLetter | null> {
    const user = await this.users.findByLogin(email);
    const token = user && (await this.resets.createForMail(mailId, user));
    if (user === null || token === null) return null;
    return { to: user.email, ...newPassword(this.site, user.username, `${this.site}/reset#${token}`) };
  }

  /** Null: it was used meanwhile. The token stands after the #, where no server sees it. */
  private async newLink(id: string): Promise<string | null> {
    const secret = newSecret();
    const expiresAt = new Date(this.clock.now() + limits.verificationMs);
    const isOpen = await this.verifications.addToken(id, secretHash(secret), expiresAt);
    return isOpen ? `${this.site}/verify#${verificationToken(id, secret)}` : null;
  }
}
