import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { VerificationEntity } from './verification.entity.js';

/** Tokens of one verification that are good: as many mails as anybody gets before one arrives. */
const maxTokens = 5;

@Injectable()
export class VerificationRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async insert(em: EntityManager, verification: VerificationEntity): Promise<void> {
    await em.insert(VerificationEntity, verification);
  }

  findById(id: string): Promise<VerificationEntity | null> {
    return this.dataSource.manager.findOneBy(VerificationEntity, { id });
  }

  /** Of those who use it at once, one after the other. */
  lock(em: EntityManager, id: string): Promise<VerificationEntity | null> {
    return em.findOne(VerificationEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** Another token for it, good until `expiresAt` as all of its others. False: it is used, or gone. */
  async addToken(id: string, hash: string, expiresAt: Date): Promise<boolean> {
    const [, count] = await this.dataSource.query<[unknown[], number]>(
      `UPDATE verifications SET expires_at = $3,
         token_hashes = (token_hashes || $2::text)[greatest(cardinality(token_hashes) + 2 - ${maxTokens}, 1):]
       WHERE id = $1 AND used_at IS NULL`,
      [id, hash, expiresAt],
    );
    return count === 1;
  }

  /** The account is made, or has its address; the password is its own business from now on. */
  async setUsed(em: EntityManager, id: string, userId: string, usedAt: Date): Promise<void> {
    await em.update(VerificationEntity, { id }, { userId, usedAt, passwordHash: null });
  }

  /** An account waits for one address: another that it asked for before is no good any more, nor is the mail about it. */
  async forgetPending(em: EntityManager, userId: string): Promise<void> {
    await em.delete(VerificationEntity, { userId, usedAt: IsNull() });
  }
}
