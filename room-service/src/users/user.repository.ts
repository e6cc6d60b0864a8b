// SQL about copies of users.
import type { UserCopy } from '@natter/contracts/auth';
import type { User } from '@natter/contracts/events';
import type { DataSource } from 'typeorm';

export class UserRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Those of the users that are here. */
  find(ids: readonly string[]): Promise<User[]> {
    return this.dataSource.query(`SELECT id, username, display_name, avatar FROM users WHERE id = ANY ($1)`, [ids]);
  }

  /** Users with `text` somewhere in username or display name, without regard to case, by username; those before `after` are left out. */
  search(text: string, after: { username: string; id: string } | null, limit: number): Promise<User[]> {
    const lower = (value: string) => `lower(${value} COLLATE "pg_c_utf8")`;
    return this.dataSource.query(
      `SELECT id, username, display_name, avatar FROM users
       WHERE NOT disabled
         AND (position(${lower('$1::text')} IN ${lower('username')}) > 0
              OR position(${lower('$1::text')} IN ${lower('display_name')}) > 0)
         AND ($2::text IS NULL OR (lower(username), id) > (lower($2), $3::uuid))
       ORDER BY lower(username), id LIMIT $4`,
      [text, after?.username ?? null, after?.id ?? null, limit],
    );
  }

  /** Takes copies; one that is older than what is here changes nothing. */
  async copy(users: readonly UserCopy[]): Promise<void> {
    const newest = new Map<string, UserCopy>();
    for (const user of users) if ((newest.get(user.id)?.version ?? -1) < user.version) newest.set(user.id, user);
    const rows = [...newest.values()];
    await this.dataSource.query(
      `INSERT INTO users (id, username, display_name, avatar, disabled, version)
       SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::bigint[]) AS u (id)
       ORDER BY id
       ON CONFLICT (id) DO UPDATE
         SET username = excluded.username, display_name = excluded.display_name, avatar = excluded.avatar,
             disabled = excluded.disabled, version = excluded.version
         WHERE users.version < excluded.version`,
      [
        rows.map(({ id }) => id),
        rows.map(({ username }) => username),
        rows.map(({ display_name }) => display_name),
        rows.map(({ avatar }) => avatar),
        rows.map(({ disabled }) => disabled),
        rows.map(({ version }) => version),
      ],
    );
  }
}
