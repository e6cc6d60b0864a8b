// Reading the log: membership and events always in one statement, so that what a removed member must not see is never read.
import type { History } from '@natter/contracts/events';
import { isRoomId } from '@natter/contracts/ids';
import type { Statement, Statements } from '../database/statements.js';
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

interface Row {
  room: string;
  last_seq: number;
  visibility: 'public' | 'private';
  is_member: boolean;
  seq: number | null;
  type: PlacedEvent['type'];
  ts: Date;
  payload: string;
}

const page: Statement = {
  name: 'page',
  text: `SELECT r.id AS room, r.last_seq, r.history, l.seq, l.type, l.ts, l.payload
         FROM rooms r
         LEFT JOIN LATERAL (
           SELECT seq, type, ts, payload FROM log WHERE room = r.id AND seq > $2 ORDER BY seq LIMIT $3
         ) l ON true
         WHERE r.id = $1`,
};

type Order = 'oldest' | 'newest';

/** What a member may see between two seqs, both excluded: all of it with `history: all`, else from joining on. */
const memberPage = (by: 'id' | 'name', order: Order, messagesOnly: boolean): Statement => ({
  name: `member-page-${by}-${order}-${messagesOnly ? 'messages' : 'events'}`,
  text: `SELECT r.id AS room, r.last_seq, r.visibility, m.usr IS NOT NULL AS is_member, l.seq, l.type, l.ts, l.payload
         FROM rooms r
         LEFT JOIN members m ON m.room = r.id AND m.usr = $2
         LEFT JOIN LATERAL (
           SELECT seq, type, ts, payload FROM log
           WHERE room = r.id AND seq > greatest($3, CASE WHEN r.history = 'since_join' THEN m.joined_seq - 1 ELSE 0 END)
             AND seq < $4 AND m.usr IS NOT NULL ${messagesOnly ? `AND type = 'message'` : ''}
           ORDER BY seq ${order === 'oldest' ? 'ASC' : 'DESC'} LIMIT $5
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
  messagesOnly: boolean;
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
    const statement = memberPage(isRoomId(query.room) ? 'id' : 'name', query.from, query.messagesOnly);
    const rows = await this.statements.run<Row>(statement, [
      query.room,
      query.actor,
      query.after,
      query.before,
      query.limit,
    ]);
    const [first] = rows;
    if (first === undefined) return undefined;
    const { room, last_seq: lastSeq, visibility, is_member: isMember } = first;
    return { room, lastSeq, visibility, isMember, events: placed(rows) };
  }
}

const placed = (rows: Row[]): PlacedEvent[] =>
  rows
    .flatMap(({ room, seq, type, ts, payload }) =>
      seq === null ? [] : [{ room, seq, type, ts: ts.toISOString(), payload }],
    )
    .sort((a, b) => a.seq - b.seq);
