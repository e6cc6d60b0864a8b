import { Inject, Injectable } from '@nestjs/common';
import type { AuditAction, AuditDetails } from '@natter/contracts/admin';
import { DataSource, type EntityManager, IsNull, MoreThan } from 'typeorm';
import { AuditEntity } from './audit.entity.js';

type NewAudit = Omit<AuditEntity, 'id'>;

/** An entry with the names of those it speaks of. */
export interface AuditRow {
  id: string;
  at: Date;
  action: AuditAction;
  by_id: string | null;
  by_name: string | null;
  user_id: string | null;
  user_name: string | null;
  session_id: string | null;
  ip: string | null;
  room_id: string | null;
  room_name: string | null;
  details: AuditDetails | null;
}

export interface AuditSearch {
  actions: string[] | null;
  user: string | null;
  after: { ts: string; id: string } | null;
  limit: number;
}

@Injectable()
export class AuditRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async insert(entries: NewAudit[], em: EntityManager = this.dataSource.manager): Promise<void> {
    if (entries.length > 0) await em.insert(AuditEntity, entries);
  }

  /** Leaves out those whose `source` is here. */
  async insertNew(entries: NewAudit[]): Promise<void> {
    const insert = this.dataSource.manager.createQueryBuilder().insert().into(AuditEntity).values(entries);
    await insert.orIgnore().execute();
  }

  /** Whether an address has an entry about no account after `since`. */
  hasNameless(action: AuditAction, ip: string, since: Date): Promise<boolean> {
    return this.dataSource.manager.existsBy(AuditEntity, { action, userId: IsNull(), ip, at: MoreThan(since) });
  }

  /** The newest first. */
  list({ actions, user, after, limit }: AuditSearch): Promise<AuditRow[]> {
    return this.dataSource.query(
      `SELECT a.*, b.username AS by_name, u.username AS user_name
       FROM audit a LEFT JOIN users b ON b.id = a.by_id LEFT JOIN users u ON u.id = a.user_id
       WHERE ($1::text[] IS NULL OR a.action = ANY ($1))
         AND ($2::uuid IS NULL OR a.user_id = $2 OR a.by_id = $2)
         AND ($3::timestamptz IS NULL OR (a.at, a.id) < ($3, $4::bigint))
       ORDER BY a.at DESC, a.id DESC
       LIMIT $5`,
      [actions, user, after?.ts ?? null, after?.id ?? null, limit],
    );
  }
}
