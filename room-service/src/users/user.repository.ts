// SQL about copies of users.
import type { UserState } from '@natter/contracts/auth';
import type { User } from '@natter/contracts/events';
import { fold } from '@natter/contracts/fold';
import type { DataSource } from 'typeorm';

export class UserRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Those of the users that are here. */
  find(ids: readonly string[]): Promise<User[]> {
    return this.dataSource.query(`SELECT id, username, display_name, avatar FROM users WHERE id = ANY ($1)`, [ids]);
  }

  /** Users with `text` (folded) somewhere in username or display name, by username; those before `after` are left out. */
  search(text: string, after: { username: string; id: string } | null, limit: number): Promise<User[]> {
    return this.dataSource.query(
      `SELECT id, username, display_name, avatar FROM users
       WHERE NOT disabled AND position($1 IN names_folded) > 0
         AND ($2::text IS NULL OR (lower(username), id) > (lower($2), $3::uuid))
       ORDER BY lower(username), id LIMIT $4`,
      [text, after?.username ?? null, after?.id ?? null, limit],
    );
  }

  /** Takes copies; one that is older than what is here changes nothing. The same version again may say more than before. */
  async copy(users: readonly UserState[]): Promise<void> {
    const newest = new Map<string, UserState>();
    for (const user of users) if ((newest.get(user.id)?.version ?? -1) < user.version) newest.set(user.id, user);
    const rows = [...newest.values()];
    await this.dataSource.query(
      `INSERT INTO users (id, username, display_name, names_folded, avatar, permissions, disabled, version)
       SELECT id, username, display_name, names, avatar, permissions::text[], disabled, version
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::bigint[])
         AS u (id, username, display_name, names, avatar, permissions, disabled, version)
       ORDER BY id
       ON CONFLICT (id) DO UPDATE
         SET username = excluded.username, display_name = excluded.display_name, names_folded = excluded.names_folded,
             avatar = excluded.avatar, permissions = excluded.permissions, disabled = excluded.disabled,
             version = excluded.version
         WHERE users.version <= excluded.version`,
      [
        rows.map(({ id }) => id),
        rows.map(({ username }) => username),
        rows.map(({ display_name }) => display_name),
        rows.map(({ username, display_name }) => fold(`${username}\n${display_name}`)),
        rows.map(({ avatar }) => avatar),
        rows.map(({ permissions }) => `{${permissions.join()}}`),
        rows.map(({ disabled }) => disabled),
        rows.map(({ version }) => version),
      ],
    );
  }
}
