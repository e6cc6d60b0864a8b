// The picture of an account: written with the account itself, so that `avatar` never names one that is not there.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Account } from '@natter/contracts/auth';
import { avatarPath, type getAvatar, type setAvatar } from '@natter/contracts/avatars';
import { NatterError } from '@natter/contracts/errors';
import type { RequestOf } from '@natter/contracts/rpc';
import { DataSource } from 'typeorm';
import { UserChanges } from '../users/user-changes.js';
import { account, disabledDetail } from '../users/user-view.js';
import { AvatarEntity } from './avatar.entity.js';

@Injectable()
export class AvatarService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly changes: UserChanges,
  ) {}

  /** @throws NatterError `forbidden` for a disabled account; `unauthenticated` when there is none */
  async set({ actor, picture: base64 }: RequestOf<typeof setAvatar>): Promise<{ user: Account }> {
    const picture = Buffer.from(base64, 'base64');
    const version = createHash('sha256').update(picture).digest('hex').slice(0, 32);
    try {
      const user = await this.changes.change(actor, async (own, em) => {
        if (own.disabled) throw new NatterError('forbidden', disabledDetail);
        own.avatar = avatarPath(own.id, version);
        await em.upsert(AvatarEntity, { userId: own.id, version, picture }, ['userId']);
      });
      return { user: account(user) };
    } catch (error) {
      throw error instanceof NatterError && error.code === 'not_found' ? new NatterError('unauthenticated') : error;
    }
  }

  /** @throws NatterError `not_found`, too, for one that was replaced or taken away */
  async get({ user, version }: RequestOf<typeof getAvatar>): Promise<{ picture: string }> {
    const found = await this.dataSource.manager.findOneBy(AvatarEntity, { userId: user, version });
    if (found === null) throw new NatterError('not_found');
    return { picture: found.picture.toString('base64') };
  }
}
