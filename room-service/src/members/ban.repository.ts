// SQL about bans.
import type { Role, User } from '@natter/contracts/events';
import { isRoomId } from '@natter/contracts/ids';
import type { DataSource, EntityManager } from 'typeorm';
import type { RoomChange } from '../rooms/room-change.js';

/** A ban as the list shows it; `seq` is its place in the list. */
export interface BanEntry {
  seq: number;
  user: User;
  by: User;
  banned_at: Date;
}

/** Who asks for the bans of a room, and one page of them: empty unless the asker is an admin. */
export interface BanList {
  visibility: 'public' | 'private';
  role: Role | null;
  rows: BanEntry[];
}

const userJson = (id: string, alias: string) =>
  `json_build_object('id', ${id}, 'username', coalesce(${alias}.username, ''),
                     'display_name', coalesce(${alias}.display_name, ''), 'avatar', ${alias}.avatar)`;

export class BanRepository {
  constructor(private readonly dataSource: DataSource) {}

  async has(manager: EntityManager, room: string, user: string): Promise<boolean> {
    const rows: unknown[] = await manager.query(`SELECT 1 FROM bans WHERE room = $1 AND usr = $2`, [room, user]);
    return rows.length > 0;
  }

  /** Bans a user from the room of `change`, at the event that it has just added. */
  async insert({ manager, room, ts }: RoomChange, user: string, by: string): Promise<void> {
    await manager.query(`INSERT INTO bans (room, usr, seq, by_usr, banned_at) VALUES ($1, $2, $3, $4, $5)`, [
      room.id,
      user,
      room.last_seq,
      by,
      ts,
    ]);
  }

  /** @returns false when there was none */
  async remove(manager: EntityManager, room: string, user: string): Promise<boolean> {
    const [, count]: [unknown[], number] = await manager.query(`DELETE FROM bans WHERE room = $1 AND usr = $2`, [
      room,
      user,
    ]);
    return count > 0;
  }

  /** Bans of a room in the order in which they were made, with the asker's role, as one statement sees both. */
  async list(ref: string, actor: string, afterSeq: number, limit: number): Promise<BanList | undefined> {
    const rows: (BanList & { ban: (Omit<BanEntry, 'banned_at'> & { banned_at: string }) | null })[] =
      await this.dataSource.query(
        `SELECT r.visibility, a.role,
                CASE WHEN b.usr IS NOT NULL THEN json_build_object('seq', b.seq, 'banned_at', b.banned_at,
                  'user', ${userJson('b.usr', 'u')}, 'by', ${userJson('b.by_usr', 'o')}) END AS ban
         FROM rooms r
         LEFT JOIN members a ON a.room = r.id AND a.usr = $2
         LEFT JOIN LATERAL (
           SELECT * FROM bans WHERE room = r.id AND seq > $3 AND a.role <> 'member' ORDER BY seq LIMIT $4
         ) b ON true
         LEFT JOIN users u ON u.id = b.usr
         LEFT JOIN users o ON o.id = b.by_usr
         WHERE ${isRoomId(ref) ? 'r.id = $1' : 'r.name = $1'}
         ORDER BY b.seq`,
        [ref, actor, afterSeq, limit],
      );
    const [first] = rows;
    if (first === undefined) return undefined;
    const entries = rows.flatMap(({ ban }) => (ban === null ? [] : [{ ...ban, banned_at: new Date(ban.banned_at) }]));
    return { visibility: first.visibility, role: first.role, rows: entries };
  }
}
