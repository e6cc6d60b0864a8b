// SQL about members.
import type { Role, User } from '@natter/contracts/events';
import type { Member } from '@natter/contracts/rooms';
import { isRoomId } from '@natter/contracts/ids';
import type { DataSource, EntityManager } from 'typeorm';
import type { RoomChange } from '../rooms/room-change.js';
import type { MemberRow } from './member.entity.js';

/** Who asks for the members of a room, and one page of them: empty when the asker may not see it. */
export interface MemberList {
  visibility: 'public' | 'private';
  asker: boolean;
  rows: (User & Place)[];
}

export type Place = Pick<MemberRow, 'role' | 'joined_seq' | 'read' | 'delivered'>;

export class MemberRepository {
  constructor(private readonly dataSource: DataSource) {}

  async find(manager: EntityManager, room: string, user: string): Promise<Place | undefined> {
    const [row]: Place[] = await manager.query(
      `SELECT role, joined_seq, read, delivered FROM members WHERE room = $1 AND usr = $2`,
      [room, user],
    );
    return row;
  }

  /** Inserts members that `change` has added, with their cursors at the event that brought them in. */
  async insert(change: RoomChange): Promise<void> {
    const { manager, room, moves, ts } = change;
    await manager.query(
      `INSERT INTO members (room, usr, role, joined_seq, joined_at, delivered, read)
       SELECT $1, n.usr, n.role, n.seq, $2, n.seq, n.seq
       FROM unnest($3::uuid[], $4::text[], $5::bigint[]) AS n (usr, role, seq)`,
      [room.id, ts, moves.map(({ user }) => user), moves.map(({ role }) => role), moves.map(({ seq }) => seq)],
    );
  }

  async remove(manager: EntityManager, room: string, user: string): Promise<void> {
    await manager.query(`DELETE FROM members WHERE room = $1 AND usr = $2`, [room, user]);
  }

  async setRole(manager: EntityManager, room: string, user: string, role: Role): Promise<void> {
    await manager.query(`UPDATE members SET role = $3 WHERE room = $1 AND usr = $2`, [room, user, role]);
  }

  /**
   * How many rooms the fullest of these users is in. Holds the users' rows until the transaction ends, so that two rooms
   * joined at once count one after the other.
   */
  async mostRooms(manager: EntityManager, users: readonly string[]): Promise<number> {
    await manager.query(`SELECT 1 FROM users WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE`, [users]);
    const [row]: { most: number }[] = await manager.query(
      `SELECT coalesce(max(n), 0)::int AS most
       FROM (SELECT count(*) AS n FROM members WHERE usr = ANY ($1) GROUP BY usr) c`,
      [users],
    );
    return row?.most ?? 0;
  }

  /** Members in the order in which they came, with the asker's place, as one statement sees both. */
  async list(ref: string, actor: string, afterSeq: number, limit: number): Promise<MemberList | undefined> {
    const rows: (MemberList & { member: MemberList['rows'][number] | null })[] = await this.dataSource.query(
      `SELECT r.visibility, a.usr IS NOT NULL AS asker,
              CASE WHEN m.usr IS NOT NULL THEN json_build_object(
                'id', m.usr, 'username', coalesce(u.username, ''), 'display_name', coalesce(u.display_name, ''),
                'avatar', u.avatar, 'role', m.role, 'joined_seq', m.joined_seq, 'read', m.read, 'delivered', m.delivered)
              END AS member
       FROM rooms r
       LEFT JOIN members a ON a.room = r.id AND a.usr = $2
       LEFT JOIN LATERAL (
         SELECT * FROM members WHERE room = r.id AND joined_seq > $3 AND a.usr IS NOT NULL ORDER BY joined_seq LIMIT $4
       ) m ON true
       LEFT JOIN users u ON u.id = m.usr
       WHERE ${isRoomId(ref) ? 'r.id = $1' : 'r.name = $1'}
       ORDER BY m.joined_seq`,
      [ref, actor, afterSeq, limit],
    );
    const [first] = rows;
    if (first === undefined) return undefined;
    return { ...first, rows: rows.flatMap(({ member }) => (member === null ? [] : [member])) };
  }
}

/** A row of the list as the contract shows it. */
export const toMember = ({ id, username, display_name, avatar, ...place }: MemberList['rows'][number]): Member => ({
  user: { id, username, display_name, avatar },
  ...place,
});
