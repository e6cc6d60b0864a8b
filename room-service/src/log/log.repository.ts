// Reading the log: membership and events always in one statement, so that what a removed member must not see is never read.
import type { History } from '@natter/contracts/events';
import { isRoomId } from '@natter/contracts/ids';
import type { Statement } from '@natter/service-kit/named-statement';
import type { Statements } from '../database/statements.js';
import { eventColumns, eventOf, type EventRow } from './event-row.js';
import type { PlacedEvent } from './payload.js';

/** A room's head, and what was read of its log. */
export interface LogPage {
  /** The room's id. */
  room: string;
  lastSeq: number;
  events: PlacedEvent[];
}

/** A page for somebody: empty unless `isMember`. */
export interface MemberPage extends LogPage {
  visibility: 'public' | 'private';
  isMember: boolean;
}

/** A room without events in the page has one row, all of whose event is null. */
type Row = (EventRow | { seq: null }) & {
  room: string;
  last_seq: number;
  visibility: 'public' | 'private';
  is_member: boolean;
};

const page: Statement = {
  name: 'page',
  text: `SELECT r.id AS room, h.last_seq, r.history, l.*
         FROM rooms r
         JOIN heads h ON h.room = r.id
         LEFT JOIN LATERAL (
           SELECT ${eventColumns} FROM log l WHERE l.room = r.id AND l.seq > $2 ORDER BY l.seq LIMIT $3
         ) l ON true
         WHERE r.id = $1`,
};

type Order = 'oldest' | 'newest';

/** All events, the messages among them, or those of one thread. */
type Choice = 'events' | 'messages' | 'thread';

const chosen: Record<Choice, string> = {
  events: '',
  messages: `AND l.type = 'message'`,
  thread: `AND l.type = 'message' AND l.target = $6`,
};

/** What a member may see between two seqs, both excluded: all of it with `history: all`, else from joining on. */
const memberPage = (by: 'id' | 'name', order: Order, choice: Choice): Statement => ({
  name: `member-page-${by}-${order}-${choice}`,
  text: `SELECT r.id AS room, h.last_seq, r.visibility, m.usr IS NOT NULL AS is_member, l.*
         FROM rooms r
         JOIN heads h ON h.room = r.id
         LEFT JOIN members m ON m.room = r.id AND m.usr = $2
         LEFT JOIN LATERAL (
           SELECT ${eventColumns} FROM log l
           WHERE l.room = r.id AND l.seq > greatest($3, CASE WHEN r.history = 'since_join' THEN m.joined_seq - 1 ELSE 0 END)
             AND l.seq < $4 AND m.usr IS NOT NULL ${chosen[choice]}
           ORDER BY l.seq ${order === 'oldest' ? 'ASC' : 'DESC'} LIMIT $5
         ) l ON true
         WHERE r.${by} = $1`,
});

export interface MemberPageQuery {
  room: string;
  actor: string;
  /** Seqs above this and below `before`. */
  after: number;
  before: number;
  /** From which end the page is filled; the answer is ascending in any case. */
  from: Order;
  show: Choice;
  /** The root, where a thread is shown. */
  thread?: number | undefined;
  limit: number;
}

export class LogRepository {
  constructor(private readonly statements: Pick<Statements, 'run'>) {}

  /** Events after a seq, whoever asks; undefined when there is no such room. */
  async page(room: string, after: number, limit: number): Promise<(LogPage & { history: History }) | undefined> {
    const rows = await this.statements.run<Row & { history: History }>(page, [room, after, limit]);
    const [first] = rows;
    return first && { room: first.room, lastSeq: first.last_seq, history: first.history, events: placed(rows) };
  }

  /** A page of the room of that id or name as `actor` may see it; undefined when there is no such room. */
  async memberPage(query: MemberPageQuery): Promise<MemberPage | undefined> {
    const statement = memberPage(isRoomId(query.room) ? 'id' : 'name', query.from, query.show);
    const rows = await this.statements.run<Row>(statement, [
      query.room,
      query.actor,
      query.after,
      query.before,
      query.limit,
      ...(query.show === 'thread' ? [query.thread] : []),
    ]);
    const [first] = rows;
    if (first === undefined) return undefined;
    const { room, last_seq: lastSeq, visibility, is_member: isMember } = first;
    return { room, lastSeq, visibility, isMember, events: placed(rows) };
  }
}

const placed = (rows: Row[]): PlacedEvent[] =>
  rows.flatMap((row) => (row.seq === null ? [] : [eventOf(row.room, row)])).sort((a, b) => a.seq - b.seq);
