// The outbox's rows. Replicas take different ones (SKIP LOCKED) and hold them by a lease, not by a lock over a call.
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { UserEntity } from '../users/user.entity.js';

export interface Claimed {
  user_id: string;
  version: number;
  attempts: number;
}

@Injectable()
export class UserCopyRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Within the transaction of the change: it is told exactly when it happens. */
  async put(em: EntityManager, userId: string, version: number, now: Date): Promise<void> {
    await em.query(
      `INSERT INTO user_copies (user_id, version, since, attempts, next_try_at) VALUES ($1, $2, $3, 0, $3)
       ON CONFLICT (user_id) DO UPDATE SET version = excluded.version, attempts = 0, next_try_at = excluded.next_try_at`,
      [userId, version, now],
    );
  }

  /** Takes up to `limit` rows that are due and holds them until `leaseUntil`: who dies with them gives them back by that. */
  async claim(now: Date, leaseUntil: Date, limit: number): Promise<Claimed[]> {
    const [rows] = await this.dataSource.query<[Claimed[], number]>(
      `UPDATE user_copies c SET next_try_at = $2, attempts = attempts + 1
       FROM (SELECT user_id FROM user_copies WHERE next_try_at <= $1
             ORDER BY next_try_at LIMIT $3 FOR UPDATE SKIP LOCKED) due
       WHERE c.user_id = due.user_id
       RETURNING c.user_id, c.version, c.attempts`,
      [now, leaseUntil, limit],
    );
    return rows;
  }

  /** Done, unless the user has changed again since. */
  async confirm(users: UserEntity[]): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM user_copies c USING unnest($1::uuid[], $2::int[]) AS sent(id, version)
       WHERE c.user_id = sent.id AND c.version <= sent.version`,
      [users.map((user) => user.id), users.map((user) => user.version)],
    );
  }

  /** To be tried again at the times given, unless the user has changed again since: that is due at once. */
  async postpone(claimed: Claimed[], until: Date[]): Promise<void> {
    await this.dataSource.query(
      `UPDATE user_copies c SET next_try_at = later.at
       FROM unnest($1::uuid[], $2::int[], $3::timestamptz[]) AS later(id, version, at)
       WHERE c.user_id = later.id AND c.version = later.version`,
      [claimed.map((row) => row.user_id), claimed.map((row) => row.version), until],
    );
  }

  async state(): Promise<{ length: number; since: Date | null }> {
    const [row] = await this.dataSource.query<{ length: number; since: Date | null }[]>(
      'SELECT count(*)::int AS length, min(since) AS since FROM user_copies',
    );
    return row ?? { length: 0, since: null };
  }
}
