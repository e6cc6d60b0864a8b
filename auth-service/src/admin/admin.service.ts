// What administrators do with accounts: find them, change their grants, disable and enable them.
import { Injectable } from '@nestjs/common';
import type { AdminUser, listUsers, patchUser, PatchUserBody } from '@natter/contracts/admin';
import type { Page } from '@natter/contracts/common';
import { NatterError } from '@natter/contracts/errors';
import { inOrder } from '@natter/contracts/events';
import type { RequestOf } from '@natter/contracts/rpc';
import { violates } from '@natter/service-kit/database-errors';
import { decodeCursor, pageOf } from '@natter/service-kit/paging';
import { z } from 'zod';
import { AuditService, type NewEntry } from '../audit/audit.service.js';
import { SessionEndings } from '../sessions/session-endings.js';
import { UserChanges } from '../users/user-changes.js';
import type { UserEntity } from '../users/user.entity.js';
import { AdminRepository, adminUser } from './admin.repository.js';
import { Administrators } from './administrators.js';

const listCursor = z.object({ name: z.string().regex(/^[a-z0-9_.-]+$/) });

@Injectable()
export class AdminService {
  constructor(
    private readonly accounts: AdminRepository,
    private readonly administrators: Administrators,
    private readonly changes: UserChanges,
    private readonly endings: SessionEndings,
    private readonly audit: AuditService,
  ) {}

  /** A page of accounts, by username. @throws NatterError `forbidden`; `invalid` for a bad cursor */
  async list({ actor, q, limit, cursor }: RequestOf<typeof listUsers>): Promise<Page<AdminUser>> {
    await this.administrators.require(actor);
    const after = decodeCursor(listCursor, cursor);
    const rows = await this.accounts.list(q?.toLowerCase() ?? null, after, limit + 1);
    return pageOf(rows, limit, adminUser, ({ name }) => ({ name }));
  }

  /**
   * Changes what an account may do. Disabling ends its sessions; the last administrator stays one (the database sees to it, whoever
   * else is being changed at the same time).
   *
   * @throws NatterError `forbidden`, `not_found`
   */
  async patch(request: RequestOf<typeof patchUser>): Promise<{ user: AdminUser }> {
    const { actor, target, session, origin } = request;
    const by = { byId: actor, userId: target, sessionId: session, ip: origin.ip };
    let ended: string[] | undefined;
    try {
      const work = this.changes.change(target, async (user, em) => {
        await this.administrators.require(actor, em);
        const entries = apply(user, request);
        await this.audit.write(
          entries.map((entry) => ({ ...by, ...entry })),
          em,
        );
        const isDisabled = entries.some(({ action }) => action === 'account_disabled');
        ended = isDisabled ? await this.endings.endAll(em, target, actor) : undefined;
      });
      await work;
    } catch (error) {
      const detail = 'somebody has to remain who may administer: make another user administrator first';
      throw violates(error, 'users_keep_administrator') ? new NatterError('forbidden', { detail }) : error;
    }
    if (ended !== undefined) this.endings.publishDisabled(target, ended);
    return { user: await this.find(target) };
  }

  private async find(id: string): Promise<AdminUser> {
    const found = await this.accounts.find(id);
    if (found === undefined) throw new NatterError('not_found');
    return adminUser(found);
  }
}

/** Changes an account as asked, and tells what was changed. */
function apply(user: UserEntity, { disabled, admin, permissions }: PatchUserBody): NewEntry[] {
  const entries: NewEntry[] = [];
  if (disabled !== undefined && disabled !== user.disabled) {
    user.disabled = disabled;
    entries.push({ action: disabled ? 'account_disabled' : 'account_enabled' });
  }
  if (admin !== undefined && admin !== user.admin) {
    user.admin = admin;
    entries.push({ action: admin ? 'admin_granted' : 'admin_withdrawn' });
  }
  if (permissions !== undefined) {
    const wanted = inOrder(permissions);
    const added = wanted.filter((permission) => !user.permissions.includes(permission));
    const removed = inOrder(user.permissions).filter((permission) => !wanted.includes(permission));
    if (added.length + removed.length > 0) {
      user.permissions = wanted;
      entries.push({ action: 'grants_changed', details: { added, removed } });
    }
  }
  return entries;
}
