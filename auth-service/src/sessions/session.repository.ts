import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, IsNull, LessThan, MoreThan, Not } from 'typeorm';
import { UserEntity } from '../users/user.entity.js';
import { SessionEntity } from './session.entity.js';

/** Which sessions of a user end. */
export type EndedSessions = { only: string } | { but: string } | 'all';

/** A revocation list that all verifiers read; 20,000 ids are 0.8 MB, the most one NATS message takes. */
const maxRevoked = 20_000;

@Injectable()
export class SessionRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  async insert(em: EntityManager, session: SessionEntity): Promise<void> {
    await em.insert(SessionEntity, session);
  }

  /** Locks a session, so that what is read after this call stays so until the transaction ends. */
  lock(em: EntityManager, id: string): Promise<SessionEntity | null> {
    return em.findOne(SessionEntity, { where: { id }, lock: { mode: 'for_no_key_update' } });
  }

  /** A session that is a user's own and has not ended. */
  findLive(id: string, userId: string, now: Date): Promise<SessionEntity | null> {
    return this.dataSource.manager.findOneBy(SessionEntity, {
      id,
      userId,
      endedAt: IsNull(),
      expiresAt: MoreThan(now),
    });
  }

  /** Those that have neither ended nor expired, of users that are not disabled. */
  async filterLive(ids: readonly string[], now: Date): Promise<string[]> {
    const sessions = await this.dataSource.manager
      .createQueryBuilder(SessionEntity, 's')
      .select('s.id')
      .where('s.id = ANY (:ids) AND s.endedAt IS NULL AND s.expiresAt > :now', { ids, now })
      .andWhere('EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.session_id = s.id AND t.expires_at > :now)')
      .andWhere('EXISTS (SELECT 1 FROM users u WHERE u.id = s.user_id AND NOT u.disabled)')
      .getMany();
    return sessions.map((session) => session.id);
  }

  async update(em: EntityManager, id: string, changes: Partial<SessionEntity>): Promise<void> {
    await em.update(SessionEntity, { id }, changes);
  }

  /** Notes that a session is in use; written at most once in `everyMs`. */
  async touch(id: string, now: Date, everyMs: number): Promise<void> {
    const before = new Date(now.getTime() - everyMs);
    await this.dataSource.manager.update(
      SessionEntity,
      { id, endedAt: IsNull(), lastSeen: LessThan(before) },
      { lastSeen: now },
    );
  }

  /** A user's sessions that can still be used, the newest sign-in first, in an order that using them does not change. */
  listLive(
    userId: string,
    now: Date,
    after: { ts: string; id: string } | null,
    limit: number,
  ): Promise<SessionEntity[]> {
    const query = this.dataSource.manager
      .createQueryBuilder(SessionEntity, 's')
      .where('s.userId = :userId AND s.endedAt IS NULL AND s.expiresAt > :now', { userId, now })
      .andWhere('EXISTS (SELECT 1 FROM refresh_tokens t WHERE t.session_id = s.id AND t.expires_at > :now)')
      .orderBy('s.createdAt', 'DESC')
      .addOrderBy('s.id', 'DESC')
      .limit(limit);
    if (after !== null) query.andWhere('(s.createdAt, s.id) < (:ts, :id)', after);
    return query.getMany();
  }

  /** Ends sessions of a user and returns the ids of those that this call ended. */
  async end(em: EntityManager, userId: string, which: EndedSessions, now: Date): Promise<string[]> {
    const some = which === 'all' ? {} : { id: 'only' in which ? which.only : Not(which.but) };
    const update = em
      .createQueryBuilder()
      .update(SessionEntity)
      .set({ endedAt: now })
      .where({ userId, endedAt: IsNull(), ...some })
      .returning('id');
    const { raw } = await update.execute();
    return (raw as { id: string }[]).map((row) => row.id);
  }

  /** Ended sessions with an access token that was good after `since`. */
  async listRevoked(since: Date): Promise<string[]> {
    const sessions = await this.dataSource.manager.find(SessionEntity, {
      select: { id: true },
      where: { endedAt: Not(IsNull()), accessUntil: MoreThan(since) },
      order: { endedAt: 'DESC' },
      take: maxRevoked,
    });
    return sessions.map((session) => session.id);
  }

  /** Disabled users with an access token that was good after `since`. */
  async listDisabled(since: Date): Promise<string[]> {
    const users = await this.dataSource.manager
      .createQueryBuilder(UserEntity, 'u')
      .select('u.id')
      .where('u.disabled')
      .andWhere('EXISTS (SELECT 1 FROM sessions s WHERE s.user_id = u.id AND s.access_until > :since)', { since })
      .getMany();
    return users.map((user) => user.id);
  }
}
