// SQL of search. Membership is looked up in the same statement as what is found, so that nothing is found that may not be seen.
import type { DataSource } from 'typeorm';
import { eventColumns, eventOf, type EventRow } from '../log/event-row.js';
import type { PlacedEvent } from '../log/payload.js';

export interface SearchPlace {
  ts: string;
  room: string;
  seq: number;
}

export interface MessageQuery {
  actor: string;
  /** Folded. */
  text: string;
  grams: number[];
  /** A room's id. */
  room: string | undefined;
  from: string | undefined;
  beforeTs: string | undefined;
  /** Only what is older than this place. */
  after: SearchPlace | null;
  limit: number;
}

interface FoundRow extends EventRow {
  room: string;
}

export interface Found {
  events: PlacedEvent[];
  /** Where looking ended before there were enough: there may be more beyond. */
  end: SearchPlace | undefined;
}

/** Which rows are looked through; its parameters begin at $8. */
interface Source {
  where: string;
  values: unknown[];
}

export interface SearchBounds {
  /** Rooms with so many events and fewer are looked through whole. */
  smallScope: number;
  /** The newest messages that are looked through before the grams are asked: what is said often is found among them. */
  windowRows: number;
}

const defaults: SearchBounds = { smallScope: 50_000, windowRows: 10_000 };

export class SearchRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly bounds: SearchBounds = defaults,
  ) {}

  /** Messages that hold a text, the newest first. */
  async messages(query: MessageQuery): Promise<Found> {
    const [scope]: { rooms: string[] | null; events: number }[] = await this.dataSource.query(
      `SELECT array_agg(r.id) AS rooms, coalesce(sum(r.last_seq), 0)::float8 AS events
       FROM members m JOIN rooms r ON r.id = m.room WHERE m.usr = $1 AND ($2::uuid IS NULL OR r.id = $2)`,
      [query.actor, query.room ?? null],
    );
    if (!scope?.rooms) return { events: [], end: undefined };
    const { rooms } = scope;
    if (scope.events <= this.bounds.smallScope)
      return { events: await this.find(query, { where: 'room = ANY ($8::uuid[])', values: [rooms] }), end: undefined };
    const window = await this.find(query, this.window(query));
    if (window.length === query.limit) return { events: window, end: undefined };
    // Too short for grams: this is a page, and the next one looks further.
    if (query.grams.length === 0) return { events: window, end: await this.windowEnd(query) };
    const where = `grams @> $8::int[] ${query.room === undefined ? '' : 'AND room = $9::uuid'}`;
    const values = query.room === undefined ? [query.grams] : [query.grams, query.room];
    return { events: await this.find(query, { where, values }), end: undefined };
  }

  private window({ room, after, beforeTs }: MessageQuery): Source {
    const where = `($8::timestamptz IS NULL OR (ts, room, seq) < ($8, $9::uuid, $10::bigint))
      AND ($11::uuid IS NULL OR room = $11) AND ($12::timestamptz IS NULL OR ts < $12)
      ORDER BY ts DESC, room DESC, seq DESC LIMIT ${this.bounds.windowRows}`;
    const place = [after?.ts ?? null, after?.room ?? null, after?.seq ?? null];
    return { where, values: [...place, room ?? null, beforeTs ?? null] };
  }

  /** The oldest place of the window; undefined when nothing is beyond it. */
  private async windowEnd({ room, after, beforeTs }: MessageQuery): Promise<SearchPlace | undefined> {
    const [row]: { ts: Date; room: string; seq: number }[] = await this.dataSource.query(
      `SELECT ts, room, seq FROM message_search
       WHERE ($1::timestamptz IS NULL OR (ts, room, seq) < ($1, $2::uuid, $3::bigint)) AND ($4::uuid IS NULL OR room = $4)
         AND ($5::timestamptz IS NULL OR ts < $5)
       ORDER BY ts DESC, room DESC, seq DESC OFFSET ${this.bounds.windowRows - 1} LIMIT 1`,
      [after?.ts ?? null, after?.room ?? null, after?.seq ?? null, room ?? null, beforeTs ?? null],
    );
    return row && { ts: row.ts.toISOString(), room: row.room, seq: row.seq };
  }

  private async find(
    { actor, text, from, beforeTs, after, limit }: MessageQuery,
    source: Source,
  ): Promise<PlacedEvent[]> {
    const rows: FoundRow[] = await this.dataSource.query(
      `SELECT l.room, ${eventColumns}
       FROM (
         SELECT s.room, s.seq, s.ts
         FROM (SELECT * FROM message_search WHERE ${source.where}) s
         JOIN members m ON m.room = s.room AND m.usr = $1
         JOIN rooms r ON r.id = s.room
         WHERE position($2 IN s.folded) > 0
           AND (r.history = 'all' OR s.seq >= m.joined_seq)
           AND ($3::uuid IS NULL OR s.sender = $3)
           AND ($4::timestamptz IS NULL OR s.ts < $4)
           AND ($5::timestamptz IS NULL OR (s.ts, s.room, s.seq) < ($5, $6::uuid, $7::bigint))
         ORDER BY s.ts DESC, s.room DESC, s.seq DESC
         LIMIT ${limit}
       ) h JOIN log l ON l.room = h.room AND l.seq = h.seq
       ORDER BY h.ts DESC, h.room DESC, h.seq DESC`,
      [
        actor,
        text,
        from ?? null,
        beforeTs ?? null,
        after?.ts ?? null,
        after?.room ?? null,
        after?.seq ?? null,
        ...source.values,
      ],
    );
    return rows.map((row) => eventOf(row.room, row));
  }
}
