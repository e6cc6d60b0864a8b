// The outbox's rows. Replicas take different ones (SKIP LOCKED) and hold them by a lease, not by a lock while a mail server thinks.
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { MailEntity, type MailKind } from './mail.entity.js';

export interface NewMail {
  kind: MailKind;
  email: string;
  verificationId?: string;
  userId?: string;
}

@Injectable()
export class MailRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Within the transaction of what it tells of: it is sent exactly when that happens. */
  async put(em: EntityManager, { kind, email, verificationId, userId }: NewMail, now: Date): Promise<void> {
    await em.insert(MailEntity, {
      id: randomUUID(),
      kind,
      email,
      verificationId: verificationId ?? null,
      userId: userId ?? null,
      since: now,
      attempts: 0,
      nextTryAt: now,
    });
  }

  /** Whether so many wait already; looks no further. */
  async hasMoreThan(limit: number): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>('SELECT 1 FROM mails OFFSET $1 LIMIT 1', [limit]);
    return rows.length > 0;
  }

  /** Takes up to `limit` mails that are due and holds them until `leaseUntil`: who dies with them gives them back by that. */
  async claim(now: Date, leaseUntil: Date, limit: number): Promise<MailEntity[]> {
    const [rows] = await this.dataSource.query<[{ id: string }[], number]>(
      `UPDATE mails m SET next_try_at = $2, attempts = attempts + 1
       FROM (SELECT id FROM mails WHERE next_try_at <= $1
             ORDER BY next_try_at LIMIT $3 FOR UPDATE SKIP LOCKED) due
       WHERE m.id = due.id
       RETURNING m.id`,
      [now, leaseUntil, limit],
    );
    if (rows.length === 0) return [];
    return this.dataSource.manager
      .createQueryBuilder(MailEntity, 'm')
      .where('m.id = ANY(:ids)', { ids: rows.map(({ id }) => id) })
      .getMany();
  }

  async remove(id: string): Promise<void> {
    await this.dataSource.manager.delete(MailEntity, { id });
  }

  async postpone(id: string, until: Date): Promise<void> {
    await this.dataSource.manager.update(MailEntity, { id }, { nextTryAt: until });
  }

  async state(): Promise<{ length: number; since: Date | null }> {
    const [row] = await this.dataSource.query<{ length: number; since: Date | null }[]>(
      'SELECT count(*)::int AS length, min(since) AS since FROM mails',
    );
    return row ?? { length: 0, since: null };
  }
}
