import { Inject, Injectable } from '@nestjs/common';
import { ArrayContains, DataSource, type EntityManager, MoreThan } from 'typeorm';
import { ResetEntity } from './reset.entity.js';

/** Tokens of one mail that are good: as many as anybody gets before one arrives. */
const maxTokens = 5;

/** By a token that is good now. */
const goodWith = (hash: string, now: Date) => ({ tokenHashes: ArrayContains([hash]), expiresAt: MoreThan(now) });

interface NewReset {
  userId: string;
  mailId: string | null;
  hash: string;
  createdAt: Date;
  expiresAt: Date;
}

@Injectable()
export class ResetRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** In the place of any other; of the same mail, beside it. True unless that mail has one already. */
  async put(em: EntityManager, { userId, mailId, hash, createdAt, expiresAt }: NewReset): Promise<boolean> {
    const [row] = await em.query<{ is_first: boolean }[]>(
      `INSERT INTO password_resets AS r (user_id, mail_id, token_hashes, created_at, expires_at)
       VALUES ($1, $2, ARRAY[$3], $4, $5)
       ON CONFLICT (user_id) DO UPDATE SET
         mail_id = excluded.mail_id, created_at = excluded.created_at, expires_at = excluded.expires_at,
         token_hashes = CASE WHEN r.mail_id = excluded.mail_id
           THEN (r.token_hashes || excluded.token_hashes)[greatest(cardinality(r.token_hashes) + 2 - ${maxTokens}, 1):]
           ELSE excluded.token_hashes END
       RETURNING cardinality(token_hashes) = 1 AS is_first`,
      [userId, mailId, hash, createdAt, expiresAt],
    );
    return row?.is_first === true;
  }

  /** Whose password a token that is good now sets. */
  async userOf(hash: string, now: Date): Promise<string | null> {
    const found = await this.dataSource.manager.findOneBy(ResetEntity, goodWith(hash, now));
    return found?.userId ?? null;
  }

  /** Uses a token up: of any number who try at once, one may. */
  async take(em: EntityManager, hash: string, now: Date): Promise<boolean> {
    const { affected } = await em.delete(ResetEntity, goodWith(hash, now));
    return affected === 1;
  }

  /** The user has another password or another address now: no token stands. */
  async forget(em: EntityManager, userId: string): Promise<void> {
    await em.delete(ResetEntity, { userId });
  }
}
