// SQL about accounts as administrators see them.
import { Inject, Injectable } from '@nestjs/common';
import type { AdminUser } from '@natter/contracts/admin';
import { inOrder } from '@natter/contracts/events';
import { DataSource } from 'typeorm';

type Row = Omit<AdminUser, 'created_at' | 'last_seen'> & { created_at: Date; last_seen: Date | null; name: string };

const columns = `u.id, u.username, u.display_name, u.avatar, u.permissions, u.email, u.admin, u.disabled, u.created_at,
  lower(u.username COLLATE "C") AS name,
  (SELECT max(s.last_seen) FROM sessions s WHERE s.user_id = u.id) AS last_seen`;

@Injectable()
export class AdminRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** By username; `text`, in lower case, stands somewhere in the username, the display name or the email. */
  list(text: string | null, after: { name: string } | null, limit: number): Promise<Row[]> {
    return this.dataSource.query(
      `SELECT ${columns} FROM users u
       WHERE ($1::text IS NULL OR position($1 IN lower(u.username)) > 0 OR position($1 IN lower(u.display_name)) > 0
              OR position($1 IN lower(u.email)) > 0)
         AND ($2::text IS NULL OR lower(u.username COLLATE "C") > $2)
       ORDER BY lower(u.username COLLATE "C")
       LIMIT $3`,
      [text, after?.name ?? null, limit],
    );
  }

  async find(id: string): Promise<Row | undefined> {
    const [row] = await this.dataSource.query<Row[]>(`SELECT ${columns} FROM users u WHERE u.id = $1`, [id]);
    return row;
  }
}

export const adminUser = ({ name: _, created_at, last_seen, permissions: held, ...user }: Row): AdminUser => ({
  ...user,
  permissions: inOrder(held),
  created_at: created_at.toISOString(),
  last_seen: last_seen?.toISOString() ?? null,
});
