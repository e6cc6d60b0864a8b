// One change of an account: its row is locked, then all is checked, changed, counted as a new version and put into the outbox
// together, and only then told.
import { Inject, Injectable } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { UserCopyService } from '../copies/user-copy.service.js';
import { ResetRepository } from '../resets/reset.repository.js';
import type { UserEntity } from './user.entity.js';
import { UserRepository } from './user.repository.js';

@Injectable()
export class UserChanges {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly users: UserRepository,
    private readonly copies: UserCopyService,
    private readonly resets: ResetRepository,
    private readonly audit: AuditService,
  ) {}

  /**
   * Lets `work` change the user it is given, inside the transaction. Where nothing is changed, nothing is told.
   *
   * @returns the user as it is now; by then the room-service knows too, if it is there
   * @throws NatterError `not_found` when there is no such user; what `work` throws undoes all
   */
  async change(id: string, work: (user: UserEntity, em: EntityManager) => Promise<void>): Promise<UserEntity> {
    const { user, isChanged } = await this.dataSource.transaction(async (em) => {
      const locked = await this.users.lock(em, id);
      if (locked === null) throw new NatterError('not_found');
      const before = JSON.stringify(locked);
      await work(locked, em);
      if (JSON.stringify(locked) === before) return { user: locked, isChanged: false };
      locked.version++;
      await this.users.update(em, locked);
      await this.copies.enqueue(em, locked);
      return { user: locked, isChanged: true };
    });
    if (isChanged) await this.copies.announce(user);
    return user;
  }

  /** Within a change: gives a user another address. A link to a new password that went to the old one is no good any more. */
  async setEmail(
    user: UserEntity,
    email: string,
    by: { sessionId?: string; ip: string },
    em: EntityManager,
  ): Promise<void> {
    user.email = email;
    await this.resets.forget(em, user.id);
    await this.audit.write([{ action: 'email_changed', userId: user.id, ...by }], em);
  }
}
