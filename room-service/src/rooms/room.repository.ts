// SQL about rooms.
import type { DataSource, EntityManager } from 'typeorm';
import { isRoomId } from '@natter/contracts/ids';
import { removeFilesOfRoom } from '../files/removal.js';
import { roomDetailsColumns, type RoomDetailsRow, roomViewColumns, type RoomViewRow } from './room-view.js';

/** Rows of the log, and files, that are removed together with their room; what is above follows in the background. */
const deletedAtOnce = 50_000;

export class RoomRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The room of that id or name as `actor` sees it; undefined when there is none, or none that `actor` may know of. */
  async find(ref: string, actor: string): Promise<RoomDetailsRow | undefined> {
    const [row]: RoomDetailsRow[] = await this.dataSource.query(
      `SELECT ${roomDetailsColumns}
       FROM rooms r JOIN heads h ON h.room = r.id LEFT JOIN members m ON m.room = r.id AND m.usr = $2
       WHERE ${isRoomId(ref) ? 'r.id = $1' : 'r.name = $1'} AND (r.visibility = 'public' OR m.usr IS NOT NULL)`,
      [ref, actor],
    );
    return row;
  }

  /** The id of the room of that name, whoever asks. */
  async idOf(name: string): Promise<string | undefined> {
    const [row]: { id: string }[] = await this.dataSource.query(`SELECT id FROM rooms WHERE name = $1`, [name]);
    return row?.id;
  }

  /** Rooms of a user, in the order in which they were joined: one that is joined while somebody pages is on a page to come. */
  mine(
    actor: string,
    after: { ts: string; id: string } | null,
    limit: number,
  ): Promise<(RoomViewRow & { joined_at: Date })[]> {
    return this.dataSource.query(
      `SELECT ${roomViewColumns}, m.joined_at
       FROM members m JOIN rooms r ON r.id = m.room JOIN heads h ON h.room = m.room
       WHERE m.usr = $1 AND ($2::timestamptz IS NULL OR (m.joined_at, m.room) > ($2, $3::uuid))
       ORDER BY m.joined_at, m.room
       LIMIT $4`,
      [actor, after?.ts ?? null, after?.id ?? null, limit],
    );
  }

  /** Public rooms, and those of `actor`, with `text` (folded) somewhere in name or title; by name. */
  search(
    actor: string,
    text: string,
    after: { name: string; id: string } | null,
    limit: number,
  ): Promise<RoomViewRow[]> {
    return this.dataSource.query(
      `SELECT ${roomViewColumns}
       FROM rooms r JOIN heads h ON h.room = r.id LEFT JOIN members m ON m.room = r.id AND m.usr = $1
       WHERE (r.visibility = 'public' OR m.usr IS NOT NULL)
         AND (position($2 IN r.name) > 0 OR position($2 IN r.title_folded) > 0)
         AND ($3::text IS NULL OR (coalesce(r.name, '') COLLATE "C", r.id) > ($3, $4::uuid))
       ORDER BY coalesce(r.name, '') COLLATE "C", r.id
       LIMIT $5`,
      [actor, text, after?.name ?? null, after?.id ?? null, limit],
    );
  }

  /** True while the log of a deleted room of this id is still being removed: it must not come back as that of a new one. */
  async isBuried(manager: EntityManager, room: string): Promise<boolean> {
    const rows: unknown[] = await manager.query(`SELECT 1 FROM buried_rooms WHERE room = $1`, [room]);
    return rows.length > 0;
  }

  /**
   * Removes a locked room with its members, its files and its log. Members go first, so that no upload can become one of its files,
   * in the order in which cursors lock them. A very long log would hold the lock for seconds: its end, unreachable from now on, is
   * left to the gravedigger, and so are very many files; what stands beside the log goes with its end.
   */
  async delete(manager: EntityManager, room: { id: string; last_seq: number }): Promise<void> {
    await manager.query(
      `WITH locked AS (SELECT usr FROM members WHERE room = $1 ORDER BY usr FOR UPDATE)
       DELETE FROM members WHERE room = $1 AND usr IN (SELECT usr FROM locked)`,
      [room.id],
    );
    const files = await removeFilesOfRoom(manager, room.id, deletedAtOnce);
    await manager.query(`DELETE FROM log WHERE room = $1 AND seq <= $2`, [room.id, deletedAtOnce]);
    if (room.last_seq > deletedAtOnce || files === deletedAtOnce)
      await manager.query(`INSERT INTO buried_rooms VALUES ($1)`, [room.id]);
    else await forget(manager, room.id);
    await manager.query(`DELETE FROM rooms WHERE id = $1`, [room.id]);
  }
}

/** Removes what stands beside the log of a room. */
export async function forget(manager: EntityManager, room: string): Promise<void> {
  for (const table of ['mentions', 'reactions', 'threads'])
    await manager.query(`DELETE FROM ${table} WHERE room = $1`, [room]);
}
