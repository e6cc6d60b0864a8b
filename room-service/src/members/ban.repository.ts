// SQL about bans.
import type { Role, User } from '@natter/contracts/events';
import type { DataSource, EntityManager } from 'typeorm';
import type { RoomChange } from '../rooms/room-change.js';
import { askerPage, userJson } from './asker-page.js';

/** A ban as the list shows it; `seq` is its place in the list. */
export interface BanEntry {
  seq: number;
  user: User;
  by: User;
  banned_at: string;
}

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

  /**
   * Bans of a room in the order in which they were made, after a place; none unless the asker is an admin.
   * @throws NatterError `not_found` `not_member`
   */
  list(room: string, asker: string, afterSeq: number, limit: number): Promise<{ role: Role; items: BanEntry[] }> {
    const bans = `
      SELECT b.seq, b.banned_at, ${userJson('b.usr', 'u')} AS user, ${userJson('b.by_usr', 'o')} AS by
      FROM bans b LEFT JOIN users u ON u.id = b.usr LEFT JOIN users o ON o.id = b.by_usr
      WHERE b.room = r.id AND b.seq > $3 AND a.role <> 'member' ORDER BY b.seq LIMIT $4`;
    return askerPage(this.dataSource, room, asker, bans, [afterSeq, limit]);
  }
}
