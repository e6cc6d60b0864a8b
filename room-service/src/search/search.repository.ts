// SQL of search. Membership is looked up in the same statement as what is found, so that nothing is found that may not be seen.
import type { DataSource } from 'typeorm';
import { eventColumns, eventOf, type EventRow } from '../log/event-row.js';
import type { PlacedEvent } from '../log/payload.js';
import { blockLimits } from './blocks.js';

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

/** Which blocks are looked through; its parameters begin at $9. */
interface Source {
  where: string;
  values: unknown[];
  /** No message older than this is looked at. */
  since?: Date | undefined;
}

export interface SearchBounds {
  /** Rooms with so many events and fewer are looked through whole. */
  smallScope: number;
  /** About so many of the newest messages are looked through before the grams are asked: what is said often is found among them. */
  windowMessages: number;
}

const defaults: SearchBounds = { smallScope: 50_000, windowMessages: 10_000 };
/** Before all rooms: a place at this id is before all that was said at its time. */
const noRoom = '00000000-0000-0000-0000-000000000000';

export class SearchRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly bounds: SearchBounds = defaults,
  ) {}

  /** Messages that hold a text, the newest first. */
  async messages(query: MessageQuery): Promise<Found> {
    const [scope]: { rooms: string[] | null; events: number }[] = await this.dataSource.query(
      `SELECT array_agg(h.room) AS rooms, coalesce(sum(h.last_seq), 0)::float8 AS events
       FROM members m JOIN heads h ON h.room = m.room WHERE m.usr = $1 AND ($2::uuid IS NULL OR m.room = $2)`,
      [query.actor, query.room ?? null],
    );
    if (!scope?.rooms) return { events: [], end: undefined };
    const { rooms } = scope;
    if (scope.events <= this.bounds.smallScope)
      return { events: await this.find(query, { where: 'room = ANY ($9::uuid[])', values: [rooms] }), end: undefined };
    const since = await this.windowStart(query);
    const window = await this.find(query, { ...range(query, 9, blockLimits.seconds), since });
    if (window.length === query.limit || since === undefined) return { events: window, end: undefined };
    // Too short for grams: this is a page, and the next one looks further.
    if (query.grams.length === 0) return { events: window, end: { ts: since.toISOString(), room: noRoom, seq: 0 } };
    const where = `grams @> $9::int[] ${query.room === undefined ? '' : 'AND room = $10::uuid'}`;
    const values = query.room === undefined ? [query.grams] : [query.grams, query.room];
    return { events: await this.find(query, { where, values }), end: undefined };
  }

  /**
   * Where a window begins: from this time on there are as many messages as it has, or some more. It is the time of a block, for of what is
   * younger nothing is in blocks that are older; and of one that is older than where the last page ended, so that each page gets further.
   * Undefined when there are fewer.
   */
  private async windowStart(query: MessageQuery): Promise<Date | undefined> {
    const { where, values } = range(query, 1, 0);
    const [row]: { ts: Date }[] = await this.dataSource.query(
      `SELECT ts FROM (
         SELECT ts, sum(messages) OVER (ORDER BY ts DESC, room DESC, seq DESC) AS total
         FROM (SELECT ts, room, seq, messages FROM search_blocks WHERE ${where}
               ORDER BY ts DESC, room DESC, seq DESC LIMIT ${this.bounds.windowMessages}) newest
       ) t WHERE total >= ${this.bounds.windowMessages} ORDER BY ts DESC LIMIT 1`,
      values,
    );
    return row?.ts;
  }

  private async find(
    { actor, text, from, beforeTs, after, limit }: MessageQuery,
    source: Source,
  ): Promise<PlacedEvent[]> {
    const rows: FoundRow[] = await this.dataSource.query(
      `SELECT l.room, ${eventColumns}
       FROM (
         SELECT b.room, s.seq, s.ts
         FROM (SELECT * FROM search_blocks WHERE position($2 IN array_to_string(texts, E'\\n')) > 0
                 AND ($8::timestamptz IS NULL OR ts >= $8) AND ${source.where}) b
         JOIN members m ON m.room = b.room AND m.usr = $1
         JOIN rooms r ON r.id = b.room,
         unnest(b.seqs, b.times, b.senders, b.texts) AS s (seq, ts, sender, text)
         WHERE position($2 IN s.text) > 0
           AND (r.history = 'all' OR s.seq >= m.joined_seq)
           AND ($3::uuid IS NULL OR s.sender = $3)
           AND ($4::timestamptz IS NULL OR s.ts < $4)
           AND ($5::timestamptz IS NULL OR (s.ts, b.room, s.seq) < ($5, $6::uuid, $7::bigint))
           AND ($8::timestamptz IS NULL OR s.ts >= $8)
         ORDER BY s.ts DESC, b.room DESC, s.seq DESC
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
        source.since ?? null,
        ...source.values,
      ],
    );
    return rows.map((row) => eventOf(row.room, row));
  }
}

/**
 * Blocks by time and room.
 * @param first number of its first parameter
 * @param seconds by how much a block may be younger than what is looked for: by so much, its oldest message may be older than it is
 */
function range({ room, after, beforeTs }: MessageQuery, first: number, seconds: number): Source {
  const [until, ofRoom] = [`$${first}::timestamptz`, `$${first + 1}::uuid`];
  const where = `(${until} IS NULL OR ts < ${until} + interval '${seconds} s') AND (${ofRoom} IS NULL OR room = ${ofRoom})`;
  const times = [after?.ts, beforeTs].filter((time) => time !== undefined).map((time) => Date.parse(time));
  return { where, values: [times.length === 0 ? null : new Date(Math.min(...times)), room ?? null] };
}
