// Accounts in the making: of who registers, once their address is verified where that is asked for, and of who the operator names.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { Clock } from '../clock.js';
import type { Config } from '../config.js';
import { UserCopyService } from '../copies/user-copy.service.js';
import type { UserEntity } from './user.entity.js';
import { UserRepository } from './user.repository.js';

export interface NewUser {
  email: string;
  username: string;
  passwordHash: string;
}

@Injectable()
export class NewUsers {
  constructor(
    private readonly users: UserRepository,
    private readonly copies: UserCopyService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Writes an account, in a transaction after which it is to be `announce`d.
   *
   * @param how `configured`: an administrator; `registered`: one only where the operator wants the first to be it
   * @throws a violation of uniqueness when the email or the username is somebody's
   */
  async insert(
    em: EntityManager,
    { email, username, passwordHash }: NewUser,
    how: 'registered' | 'configured',
    ip?: string,
  ): Promise<UserEntity> {
    const isFirst = how === 'registered' && this.config.NATTER_FIRST_USER_ADMIN;
    const user: UserEntity = {
      id: randomUUID(),
      email,
      username,
      displayName: username,
      avatar: null,
      passwordHash,
      admin: how === 'configured' || (isFirst && (await this.users.claimFirstAdmin(em))),
      disabled: false,
      permissions: this.config.NATTER_DEFAULT_GRANTS,
      version: 1,
      createdAt: new Date(this.clock.now()),
    };
    await this.users.insert(em, user);
    await this.copies.enqueue(em, user);
    await this.audit.write([{ action: 'registered', userId: user.id, ...(ip !== undefined && { ip }) }], em);
    return user;
  }

  /** Hands a copy to the room-service, at once if that is there. */
  async announce(user: UserEntity): Promise<void> {
    if (user.admin) this.logger.info({ userId: user.id, username: user.username }, 'this account is an administrator');
    await this.copies.announce(user);
  }
}
