// What administrators may do; everybody else is refused with `forbidden`.
import type { AdminConnection, AdminUser, AuditEntry, AuditKind, PatchUserBody } from '@natter/contracts/admin';
import type { Page } from '@natter/contracts/common';
import type { Http } from './http.js';
import type { PageOptions } from './rest.js';

export class Admin {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  /** Accounts by username; `q` is a part of the username, the display name or the email. */
  users(options: PageOptions & { q?: string } = {}): Promise<Page<AdminUser>> {
    return this.#http.request('GET', '/api/admin/users', { query: { ...options } });
  }

  /** In force everywhere within 2 s. @returns the account as it is now */
  async patchUser(user: string, patch: PatchUserBody): Promise<AdminUser> {
    const answer = await this.#http.request<{ user: AdminUser }>('PATCH', userPath(user), { body: patch });
    return answer.user;
  }

  /** A token with which somebody sets a new password by `Rest.resetPassword`. An earlier one is no good any more. */
  createReset(user: string): Promise<{ token: string; expires_at: string }> {
    return this.#http.request('POST', `${userPath(user)}/reset`, { body: {} });
  }

  /** Live sockets, of one user or of all. */
  connections(options: PageOptions & { user?: string } = {}): Promise<Page<AdminConnection>> {
    return this.#http.request('GET', '/api/admin/connections', { query: { ...options } });
  }

  /** What happened, the newest first. */
  audit(options: PageOptions & { kind?: AuditKind; user?: string } = {}): Promise<Page<AuditEntry>> {
    return this.#http.request('GET', '/api/admin/audit', { query: { ...options } });
  }
}

const userPath = (user: string): string => `/api/admin/users/${encodeURIComponent(user)}`;
