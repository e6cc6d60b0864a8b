// What is counted, by the hash of whom it is counted for. A count is read and added to under one lock, so that limits are exact
// however many requests come at once, over however many replicas.
import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, LessThanOrEqual, MoreThan } from 'typeorm';
import { advisoryLocks } from '../database/data-source.js';
import { AttemptEntity } from './attempt.entity.js';

/** Hash of whom something is counted for. */
export const attemptKey = (...parts: string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

@Injectable()
export class AttemptRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** Runs `work` while nobody else counts for `key`. */
  exclusively<T>(key: string, work: (em: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (em) => {
      await em.query('SELECT pg_advisory_xact_lock($1, hashtext($2))', [advisoryLocks.attempts, key]);
      return work(em);
    });
  }

  newest(em: EntityManager, key: string): Promise<AttemptEntity | null> {
    return em.findOne(AttemptEntity, { where: { key }, order: { at: 'DESC', id: 'DESC' } });
  }

  /** The n-th newest after `since` (1: the newest). */
  async nth(em: EntityManager, key: string, since: Date, n: number): Promise<AttemptEntity | null> {
    const [found] = await em.find(AttemptEntity, {
      where: { key, at: MoreThan(since) },
      order: { at: 'DESC', id: 'DESC' },
      skip: n - 1,
      take: 1,
    });
    return found ?? null;
  }

  countSince(em: EntityManager, key: string, since: Date): Promise<number> {
    return em.countBy(AttemptEntity, { key, at: MoreThan(since) });
  }

  /** Counts one; its id takes it back. */
  async add(em: EntityManager, key: string, at: Date, waitMs: number): Promise<string> {
    const result = await em.insert(AttemptEntity, { key, at, waitMs });
    return String(result.identifiers[0]?.['id']);
  }

  async remove(id: string): Promise<void> {
    await this.dataSource.manager.delete(AttemptEntity, { id });
  }

  /** Forgets what was counted, up to and with `id` if one is given. */
  async clear(key: string, id?: string): Promise<void> {
    await this.dataSource.manager.delete(AttemptEntity, { key, ...(id !== undefined && { id: LessThanOrEqual(id) }) });
  }
}
