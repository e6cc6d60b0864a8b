// What a mail says is decided when it is sent, not when it was asked for: so asking takes the same steps whoever has the address, and a
// mail that waited does not speak of yesterday. The token of a link is made here too, and its hash is all that is kept of it.
import { Inject, Injectable } from '@nestjs/common';
import { limits } from '@natter/contracts/limits';
import { CONFIG } from '@natter/service-kit/kit.module';
import { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { newSecret, secretHash } from '../tokens/secret.js';
import { UserRepository } from '../users/user.repository.js';
import { VerificationRepository } from '../verifications/verification.repository.js';
import type { VerificationEntity } from '../verifications/verification.entity.js';
import { verificationToken } from '../verifications/verification-token.js';
import { confirmAccount, confirmEmail, emailChanged, haveAccount, type Letter, nameTaken } from './letters.js';
import type { MailEntity } from './mail.entity.js';

@Injectable()
export class LetterWriter {
  private readonly site: string;

  constructor(
    private readonly users: UserRepository,
    private readonly verifications: VerificationRepository,
    private readonly clock: Clock,
    @Inject(CONFIG) config: Config,
  ) {
    this.site = config.NATTER_ORIGINS[0] ?? '';
  }

  /** Null: there is nothing to be said any more. */
  async write({ kind, verificationId, userId }: MailEntity): Promise<Letter | null> {
    if (kind === 'email_changed') {
      const user = userId === null ? null : await this.users.findById(userId);
      return user && emailChanged(this.site, user.username);
    }
    const verification = verificationId === null ? null : await this.verifications.findById(verificationId);
    if (verification === null || verification.usedAt !== null) return null;
    return verification.username === null
      ? this.ofChange(verification)
      : this.ofRegistration(verification, verification.username);
  }

  private async ofRegistration(verification: VerificationEntity, username: string): Promise<Letter | null> {
    const owner = await this.users.findByLogin(verification.email);
    if (owner !== null) return haveAccount(this.site, owner.username);
    if ((await this.users.findByLogin(username)) !== null) return nameTaken(this.site, username);
    const link = await this.newLink(verification.id);
    return link === null ? null : confirmAccount(this.site, username, link);
  }

  private async ofChange(verification: VerificationEntity): Promise<Letter | null> {
    const owner = await this.users.findByLogin(verification.email);
    if (owner !== null) return haveAccount(this.site, owner.username);
    const user = verification.userId === null ? null : await this.users.findById(verification.userId);
    const link = user && (await this.newLink(verification.id));
    return user === null || link === null ? null : confirmEmail(this.site, user.username, link);
  }

  /** Null: it was used meanwhile. The token stands after the #, where no server sees it. */
  private async newLink(id: string): Promise<string | null> {
    const secret = newSecret();
    const expiresAt = new Date(this.clock.now() + limits.verificationMs);
    const isOpen = await this.verifications.addToken(id, secretHash(secret), expiresAt);
    return isOpen ? `${this.site}/verify#${verificationToken(id, secret)}` : null;
  }
}
