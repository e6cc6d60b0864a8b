// The trail of sign-ins, refusals and ended sessions.
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Clock } from '../clock.js';
import { type AuditAction, AuditEntity } from './audit.entity.js';

export interface AuditEntry {
  action: AuditAction;
  userId?: string | undefined;
  sessionId?: string;
  ip?: string;
}

@Injectable()
export class AuditService {
  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Writes entries, within the transaction of what they tell of where there is one. */
  async write(entries: AuditEntry[], em: EntityManager = this.dataSource.manager): Promise<void> {
    if (entries.length === 0) return;
    const at = new Date(this.clock.now());
    await em.insert(
      AuditEntity,
      entries.map(({ action, userId, sessionId, ip }) => ({
        at,
        action,
        userId: userId ?? null,
        sessionId: sessionId ?? null,
        ip: ip ?? null,
      })),
    );
  }
}
