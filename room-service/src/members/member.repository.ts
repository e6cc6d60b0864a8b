// SQL about members.
import type { Notify, Role } from '@natter/contracts/events';
import type { Member } from '@natter/contracts/rooms';
import { isRoomId } from '@natter/contracts/ids';
import type { DataSource, EntityManager } from 'typeorm';
import type { RoomChange } from '../rooms/room-change.js';
import { askerPage, userJson } from './asker-page.js';
import type { MemberRow } from './member.entity.js';

/** A member's place in a room. */
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

  /** Members in the order in which they came, after a place. @throws NatterError `not_found` `not_member` */
  async list(room: string, asker: string, afterSeq: number, limit: number): Promise<Member[]> {
    const members = `
      SELECT ${userJson('m.usr', 'u')} AS user, m.role, m.joined_seq, m.read, m.delivered
      FROM members m LEFT JOIN users u ON u.id = m.usr
      WHERE m.room = r.id AND m.joined_seq > $3 ORDER BY m.joined_seq LIMIT $4`;
    return (await askerPage<Member>(this.dataSource, room, asker, members, [afterSeq, limit])).items;
  }

  /**
   * How a member wants to be told. A time in the past in `muted_until` says up to where they did not want to be: messages of a mute
   * that is lifted early, or of a time with `none`, do not come after all.
   *
   * @returns undefined for somebody who is not a member
   */
  async setPreferences(
    room: string,
    user: string,
    notify: Notify,
    mutedUntil: string | null,
  ): Promise<{ notify: Notify; muted_until: Date | null } | undefined> {
    const [[row]]: [{ notify: Notify; muted_until: Date | null }[], number] = await this.dataSource.query(
      `UPDATE members m SET notify = $3, muted_until =
         CASE WHEN $4::timestamptz > now() THEN $4
              WHEN m.muted_until > now() OR m.notify = 'none' THEN date_trunc('milliseconds', now())
              ELSE m.muted_until END
       FROM rooms r
       WHERE m.room = r.id AND ${isRoomId(room) ? 'r.id = $1' : 'r.name = $1'} AND m.usr = $2
       RETURNING m.notify, CASE WHEN m.muted_until > now() THEN m.muted_until END AS muted_until`,
      [room, user, notify, mutedUntil],
    );
    return row;
  }
}
