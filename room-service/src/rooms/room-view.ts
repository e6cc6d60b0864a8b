// A room as a user sees it: the columns to ask for, and the answer made of them.
import type { History, Notify, Role, RoomDetails, RoomView, User } from '@natter/contracts/events';
import type { Membership } from '@natter/contracts/rooms';
import { userJson } from '../members/asker-page.js';
import type { HeadRow } from '../log/head.entity.js';
import type { RoomRow } from './room.entity.js';

/** Up to this many events after `read`, the messages among them are counted; above, `unread` is the number of events. */
const exactUnread = 200;

/**
 * Columns of `rooms r JOIN heads h LEFT JOIN members m`. `unread` counts messages of others: exactly, where few events are unread, which is
 * one short index range (and nothing at all for a room that is read); else as the difference, so that thousands who come back
 * at once do not count millions of rows to be told «very many».
 */
export const roomViewColumns = `
  r.id, r.name, r.title, r.kind, r.visibility, r.history, r.members, h.last_seq, m.role, m.joined_seq,
  coalesce(m.read, 0) AS read, coalesce(m.delivered, 0) AS delivered, coalesce(m.notify, 'all') AS notify,
  CASE WHEN m.muted_until > now() THEN m.muted_until END AS muted_until,
  CASE WHEN r.kind = 'dm' THEN (
    SELECT ${userJson('o.usr', 'u')} FROM members o LEFT JOIN users u ON u.id = o.usr
    WHERE o.room = r.id AND o.usr <> m.usr)
  END AS peer,
  CASE WHEN m.read IS NULL OR m.read >= h.last_seq THEN 0
       WHEN h.last_seq - m.read > ${exactUnread} THEN h.last_seq - m.read
       ELSE (SELECT count(*) FROM log l
             WHERE l.room = r.id AND l.seq > m.read AND l.type = 'message' AND NOT l.deleted AND l.sender <> m.usr)
  END AS unread,
  CASE WHEN m.read IS NULL OR m.read >= h.last_seq THEN 0
       ELSE (SELECT count(*) FROM mentions n WHERE n.room = r.id AND n.usr = m.usr AND n.seq > m.read)
  END AS mentions`;

export const roomDetailsColumns = `${roomViewColumns}, r.owner, r.topic, r.members_can_invite, r.created_at`;

export interface RoomViewRow
  extends Pick<RoomRow, 'id' | 'name' | 'title' | 'kind' | 'visibility' | 'history' | 'members'>,
    Pick<HeadRow, 'last_seq'> {
  /** null, as `joined_seq`, for somebody who is not a member. */
  role: Role | null;
  joined_seq: number | null;
  read: number;
  delivered: number;
  notify: Notify;
  muted_until: Date | null;
  unread: number;
  mentions: number;
  /** The other one of a direct conversation. */
  peer: User | null;
}

export type RoomDetailsRow = RoomViewRow & Pick<RoomRow, 'owner' | 'topic' | 'members_can_invite' | 'created_at'>;

export const toRoomView = (row: RoomViewRow): RoomView => ({
  id: row.id,
  name: row.name,
  title: row.peer === null ? row.title : row.peer.display_name || row.peer.username,
  kind: row.kind,
  visibility: row.visibility,
  role: row.role,
  members: row.members,
  last_seq: row.last_seq,
  read: row.read,
  delivered: row.delivered,
  unread: row.unread,
  mentions: row.mentions,
  notify: row.notify,
  muted_until: row.muted_until?.toISOString() ?? null,
  ...(row.peer !== null && { peer: row.peer }),
});

export const toRoomDetails = (row: RoomDetailsRow): RoomDetails => ({
  ...toRoomView(row),
  owner: row.owner,
  topic: row.topic,
  history: row.history,
  members_can_invite: row.members_can_invite,
  created_at: row.created_at.toISOString(),
});

/** One's own coming is the first that one sees. */
const visibleAfter = (history: History, joinedSeq: number): number =>
  history === 'since_join' ? Math.max(0, joinedSeq - 1) : 0;

export const toMembership = (row: RoomViewRow): Membership => ({
  ...toRoomView(row),
  joined_seq: row.joined_seq ?? 0,
  visible_after: visibleAfter(row.history, row.joined_seq ?? 0),
});
