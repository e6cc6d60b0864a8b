import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, MoreThan } from 'typeorm';
import { ResetEntity } from './reset.entity.js';

@Injectable()
export class ResetRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async put(em: EntityManager, reset: ResetEntity): Promise<void> {
    await em.upsert(ResetEntity, reset, ['userId']);
  }

  /** Whose password a token that is good now sets. */
  async userOf(hash: string, now: Date): Promise<string | null> {
    const found = await this.dataSource.manager.findOneBy(ResetEntity, { hash, expiresAt: MoreThan(now) });
    return found?.userId ?? null;
  }

  /** Uses a token up: of any number who try at once, one may. */
  async take(em: EntityManager, hash: string, now: Date): Promise<boolean> {
    const { affected } = await em.delete(ResetEntity, { hash, expiresAt: MoreThan(now) });
    return affected === 1;
  }

  /** The user has another password now: no token stands. */
  async forget(em: EntityManager, userId: string): Promise<void> {
    await em.delete(ResetEntity, { userId });
  }
}
