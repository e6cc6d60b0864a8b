import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { RefreshTokenEntity } from './refresh-token.entity.js';

@Injectable()
export class TokenRepository {
  find(em: EntityManager, hash: string): Promise<RefreshTokenEntity | null> {
    return em.findOneBy(RefreshTokenEntity, { hash });
  }

  async insert(em: EntityManager, token: RefreshTokenEntity): Promise<void> {
    await em.insert(RefreshTokenEntity, token);
  }

  async setReplaced(em: EntityManager, hash: string, now: Date): Promise<void> {
    await em.update(RefreshTokenEntity, { hash }, { replacedAt: now });
  }
}
