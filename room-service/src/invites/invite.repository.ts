// SQL about invites. Times are the database's.
import type { Role, User } from '@natter/contracts/events';
import type { DataSource, EntityManager } from 'typeorm';
import { askerPage, userJson } from '../members/asker-page.js';
import type { RoomChange } from '../rooms/room-change.js';
import type { InviteRow } from './invite.entity.js';

/** An invite as the list shows it. */
export interface InviteEntry {
  id: string;
  code: string;
  by: User;
  created_at: string;
  expires_at: string;
  uses: number | null;
  used: number;
}

export type NewInvite = Pick<InviteRow, 'id' | 'code' | 'by_usr' | 'uses'> & { expiresInS: number };

export class InviteRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds an invite to a room; one of that id stays as it is. @returns the one that is there then */
  async insert({ manager, room }: RoomChange, invite: NewInvite): Promise<InviteRow | undefined> {
    await manager.query(
      `INSERT INTO invites (id, code, room, by_usr, created_at, expires_at, uses)
       SELECT $1, $2, $3, $4, now, now + make_interval(secs => $5), $6
       FROM date_trunc('milliseconds', clock_timestamp()) AS now
       ON CONFLICT (id) DO NOTHING`,
      [invite.id, invite.code, room.id, invite.by_usr, invite.expiresInS, invite.uses],
    );
    const [row]: InviteRow[] = await manager.query(`SELECT * FROM invites WHERE id = $1`, [invite.id]);
    return row;
  }

  /** Removes what has expired in a room, and counts what is left. */
  async sweep(manager: EntityManager, room: string): Promise<number> {
    await manager.query(`DELETE FROM invites WHERE room = $1 AND expires_at <= clock_timestamp()`, [room]);
    const [row]: { count: number }[] = await manager.query(
      `SELECT count(*)::int AS count FROM invites WHERE room = $1 AND (uses IS NULL OR used < uses)`,
      [room],
    );
    return row?.count ?? 0;
  }

  /** Takes one use of a code of this room: of two who want the last, the invite's row lock decides. @returns false when it is not good */
  async use({ manager, room }: RoomChange, code: string): Promise<boolean> {
    const [, count]: [unknown[], number] = await manager.query(
      `UPDATE invites SET used = used + 1
       WHERE room = $1 AND code = $2 AND expires_at > clock_timestamp() AND (uses IS NULL OR used < uses)`,
      [room.id, code],
    );
    return count > 0;
  }

  /** Standing invites after a place, the oldest first: all for admins, their own for a member. @throws NatterError `not_found` `not_member` */
  list(
    room: string,
    asker: string,
    after: { ts: string; id: string } | null,
    limit: number,
  ): Promise<{ room: string; role: Role; items: InviteEntry[] }> {
    const invites = `
      SELECT i.id, i.code, ${userJson('i.by_usr', 'u')} AS by, i.created_at, i.expires_at, i.uses, i.used
      FROM invites i LEFT JOIN users u ON u.id = i.by_usr
      WHERE i.room = r.id AND (a.role <> 'member' OR i.by_usr = a.usr)
        AND i.expires_at > clock_timestamp() AND (i.uses IS NULL OR i.used < i.uses)
        AND ($3::timestamptz IS NULL OR (i.created_at, i.id) > ($3, $4::uuid))
      ORDER BY i.created_at, i.id LIMIT $5`;
    return askerPage(this.dataSource, room, asker, invites, [after?.ts ?? null, after?.id ?? null, limit]);
  }

  /** @param maker only when it is theirs; null: whoever made it. @returns false when there is none */
  async remove(manager: EntityManager, room: string, code: string, maker: string | null): Promise<boolean> {
    const [, count]: [unknown[], number] = await manager.query(
      `DELETE FROM invites WHERE room = $1 AND code = $2 AND ($3::uuid IS NULL OR by_usr = $3)`,
      [room, code, maker],
    );
    return count > 0;
  }
}
