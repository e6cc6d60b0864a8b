import { Inject, Injectable } from '@nestjs/common';
import type { UserState } from '@natter/contracts/auth';
import { inOrder } from '@natter/contracts/events';
import { runNamed, type Statement } from '@natter/service-kit/named-statement';
import { isCleanText } from '@natter/contracts/text';
import { DataSource, type EntityManager, In } from 'typeorm';
import { advisoryLocks } from '../database/data-source.js';
import { UserEntity } from './user.entity.js';

/** The columns of a `UserState`, by its names. */
const stateColumns = 'id, username, display_name, avatar, permissions, disabled, version';
const stateOf = (row: UserState): UserState => ({ ...row, permissions: inOrder(row.permissions) });
/** Asked for whenever sockets open: entities would cost a multiple of the look. */
const states: Statement = {
  name: 'user-states',
  text: `SELECT ${stateColumns} FROM users WHERE id = ANY ($1::uuid[])`,
};

@Injectable()
export class UserRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  findById(id: string, em: EntityManager = this.dataSource.manager): Promise<UserEntity | null> {
    return em.findOneBy(UserEntity, { id });
  }

  findByIds(ids: string[]): Promise<UserEntity[]> {
    return this.dataSource.manager.findBy(UserEntity, { id: In(ids) });
  }

  /** Accounts as other services need them, in no order; unknown ids are left out. */
  async statesOf(ids: string[]): Promise<UserState[]> {
    return (await runNamed<UserState>(this.dataSource, states, [ids])).map(stateOf);
  }

  /** By email or username, without regard to case: no username is an email, for want of an `@`. */
  findByLogin(login: string): Promise<UserEntity | null> {
    if (!isCleanText(login)) return Promise.resolve(null);
    const column = login.includes('@') ? 'email' : 'username';
    return this.dataSource.manager
      .createQueryBuilder(UserEntity, 'u')
      .where(`lower(u.${column} COLLATE "C") = :login`, { login: login.toLowerCase() })
      .getOne();
  }

  /** Locks an account as it was when its password was checked: null when it has changed since, or is disabled. */
  lockUnchanged(em: EntityManager, user: UserEntity, mode: 'share' | 'update'): Promise<UserEntity | null> {
    return em.findOne(UserEntity, {
      where: { id: user.id, passwordHash: user.passwordHash, disabled: false },
      lock: { mode: mode === 'share' ? 'pessimistic_read' : 'for_no_key_update' },
    });
  }

  /** Makes changes to a user, and to what a user has, wait for one another. */
  lock(em: EntityManager, id: string): Promise<UserEntity | null> {
    return em.findOne(UserEntity, { where: { id }, lock: { mode: 'for_no_key_update' } });
  }

  /** Writes what may change of a locked user. */
  async update(em: EntityManager, user: UserEntity): Promise<void> {
    const { email, displayName, avatar, admin, disabled, permissions, version } = user;
    const changes = { email, displayName, avatar, admin, disabled, permissions, version };
    await em.update(UserEntity, { id: user.id }, changes);
  }

  /** All transactions before this one are over: what they changed can be read. */
  async oldestTransaction(): Promise<string> {
    const [row]: [{ xmin: string }] = await this.dataSource.query(
      'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin',
    );
    return row.xmin;
  }

  /** Users that this transaction or a later one changed, the first first. */
  async changedSince(transaction: string, limit: number): Promise<{ user: UserState; changedIn: string }[]> {
    const rows: (UserState & { changed_in: string })[] = await this.dataSource.query(
      `SELECT ${stateColumns}, changed_in FROM users WHERE version > 1 AND changed_in >= $1 ORDER BY changed_in LIMIT $2`,
      [transaction, limit],
    );
    return rows.map(({ changed_in: changedIn, ...row }) => ({ user: stateOf(row), changedIn }));
  }

  async insert(em: EntityManager, user: UserEntity): Promise<void> {
    await em.insert(UserEntity, user);
  }

  async setPasswordHash(em: EntityManager, id: string, passwordHash: string): Promise<void> {
    await em.update(UserEntity, { id }, { passwordHash });
  }

  /** True for exactly one of those who ask at once while there is no administrator: until its transaction ends, others wait. */
  async claimFirstAdmin(em: EntityManager): Promise<boolean> {
    if (await em.existsBy(UserEntity, { admin: true })) return false;
    await em.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.firstAdmin]);
    return !(await em.existsBy(UserEntity, { admin: true }));
  }
}
