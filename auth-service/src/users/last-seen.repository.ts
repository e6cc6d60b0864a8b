// When users were last connected: it only moves forward.
import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LastSeenEntity } from './last-seen.entity.js';

@Injectable()
export class LastSeenRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async of(userId: string): Promise<Date | null> {
    return (await this.dataSource.manager.findOneBy(LastSeenEntity, { userId }))?.at ?? null;
  }

  /** Moves users' times forward, in one order, so that two calls cannot deadlock. Who has no account is left out. */
  async note(items: readonly { user: string; at_ms: number }[]): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO last_seen (user_id, at)
       SELECT s.id, to_timestamp(max(s.ms) / 1000.0)
       FROM unnest($1::uuid[], $2::float8[]) AS s (id, ms) JOIN users u ON u.id = s.id
       GROUP BY s.id ORDER BY s.id
       ON CONFLICT (user_id) DO UPDATE SET at = excluded.at WHERE last_seen.at < excluded.at`,
      [items.map(({ user }) => user), items.map(({ at_ms }) => at_ms)],
    );
  }
}
