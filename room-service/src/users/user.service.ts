// Copies of accounts: names and pictures for the events they appear in, and the grants that the log looks at.
import { getOwnUsers, type UserState } from '@natter/contracts/auth';
import type { Page } from '@natter/contracts/common';
import { NatterError } from '@natter/contracts/errors';
import type { User } from '@natter/contracts/events';
import { fold } from '@natter/contracts/fold';
import { CleanText } from '@natter/contracts/ids';
import { decodeCursor, pageOf } from '@natter/service-kit/paging';
import type { RpcClient } from '@natter/service-kit/rpc-client';
import { z } from 'zod';
import type { UserRepository } from './user.repository.js';

const searchCursor = z.object({ username: CleanText, id: z.uuid() });

export class UserService {
  constructor(
    private readonly users: UserRepository,
    private readonly rpc: Pick<RpcClient, 'call'>,
  ) {}

  /** Takes copies from the auth-service's outbox. Idempotent; a late copy changes nothing. */
  async copy(users: readonly UserState[]): Promise<void> {
    if (users.length > 0) await this.users.copy(users);
  }

  /**
   * Users by id; those whose copy has not come yet are asked for, and copied.
   *
   * @returns those that exist
   * @throws NatterError `unavailable` or `timeout` when some are not here and the auth-service does not answer
   */
  async find(ids: readonly string[]): Promise<Map<string, User>> {
    const found = new Map<string, User>();
    for (const user of await this.users.find(ids)) found.set(user.id, user);
    const missing = ids.filter((id) => !found.has(id));
    if (missing.length === 0) return found;
    const { users } = await this.rpc.call(getOwnUsers, { users: missing });
    // Version 0: whatever the outbox brings is newer.
    const copies = users.map((user) => ({ ...user, version: 0 }));
    await this.copy(copies);
    for (const { id, username, display_name, avatar } of copies) found.set(id, { id, username, display_name, avatar });
    return found;
  }

  /**
   * The one whom a request names in `field`. Whether they exist is only said when the answer is called, so that it can be said last:
   * to somebody who may do this to them if they do.
   *
   * @returns @throws NatterError `not_found`, naming the field
   */
  async named(field: string | undefined, id: string): Promise<() => User> {
    const user = (await this.find([id])).get(id);
    return () => {
      if (user !== undefined) return user;
      if (field === undefined) throw new NatterError('not_found');
      const detail = `${field}: the id of an account that exists`;
      throw new NatterError('not_found', { detail, fields: [{ field, code: 'not_found' }] });
    };
  }

  /** A page of users by any part of their names, compared as `fold` has them; no character is special. @throws NatterError `invalid` for a bad cursor */
  async search(request: { q: string; limit: number; cursor?: string | undefined }): Promise<Page<User>> {
    const after = decodeCursor(searchCursor, request.cursor);
    const text = fold(request.q);
    if (text === '') return { items: [], next: null };
    const rows = await this.users.search(text, after, request.limit + 1);
    return pageOf(
      rows,
      request.limit,
      (user) => user,
      ({ username, id }) => ({ username, id }),
    );
  }

  /** The one who asks. @throws NatterError `unauthenticated` when there is no such user; else as `find` */
  async actor(id: string): Promise<User> {
    const user = (await this.find([id])).get(id);
    if (user === undefined) throw new NatterError('unauthenticated');
    return user;
  }
}
