// The queue of what a user has not received: nothing is written per absent member and message, it is read from the cursors.
import type { LateMessage, SeqRange } from '@natter/contracts/notifications';
import type { Undelivered } from '@natter/contracts/push';
import type { Statement, Statements } from '../database/statements.js';

/** Characters of a message that its notification shows. */
const previewChars = 140;

/** What a notification shows of the message with a payload: the beginning of its text, or the names of its files where it has none. */
const previewOf = (payload: string): string => `left(coalesce(
    nullif(${payload}::json ->> 'body', ''),
    (SELECT '📎 ' || string_agg(file ->> 'name', ', ') FROM json_array_elements(${payload}::json -> 'files') AS file)
  ), ${previewChars})`;

/**
 * True where `log l` is that old. A time still to come is from before the clock was set back: how long it has waited nobody knows, and
 * the times of its room stand still until the clock is there again.
 */
const isOlder = (seconds: string): string =>
  `(l.ts <= clock_timestamp() - make_interval(secs => ${seconds}) OR l.ts > clock_timestamp() + interval '1 minute')`;

/** Members who may want to be told of something now; of what exactly, `isWanted` says. */
const wantsAny = `m.notify <> 'none' AND (m.muted_until IS NULL OR m.muted_until < now())`;

/** True where `log l` mentions a user. */
const isMentioned = (user: string): string =>
  `EXISTS (SELECT 1 FROM mentions n WHERE n.room = l.room AND n.usr = ${user} AND n.seq = l.seq)`;

/** True where `log l` is a message that a member wants to be told of: not from a time in which they were muted; with `mentions` only what names them. */
const isWanted = (member: string, user: string): string =>
  `l.type = 'message' AND NOT l.deleted AND l.sender <> ${user} AND l.ts > coalesce(${member}.muted_until, '-infinity')
    AND (${member}.notify = 'all' OR ${isMentioned(user)})`;

/**
 * Ranges of seqs, per room of user $1, that may hold late messages: confirmed too late, or not at all; not read; not dismissed
 * ($2 rooms, $3 their multiranges). `$4` is the age from which a message is late.
 */
const ranges = `
  SELECT m.room, m.notify, m.muted_until, part.range
  FROM members m
  JOIN rooms r ON r.id = m.room
  LEFT JOIN unnest($2::uuid[], $3::text[]) AS d (room, ranges) ON d.room = m.room
  CROSS JOIN LATERAL unnest(
    (m.missed + int8multirange(int8range(m.delivered, greatest(m.delivered, r.last_seq), '(]')))
    * int8multirange(int8range(m.read, NULL, '()'))
    - coalesce(d.ranges, '{}')::int8multirange
  ) AS part (range)
  WHERE m.usr = $1 AND r.last_seq > m.read AND ${wantsAny}`;

/** Late messages in one such range, oldest first. */
const inRange = (columns: string, filter: string, limit: string) => `
  SELECT ${columns} FROM log l
  WHERE l.room = part.room AND l.seq >= lower(part.range) AND l.seq < upper(part.range)
    AND ${isOlder('$4')} AND ${isWanted('part', '$1')} ${filter}
  ORDER BY l.seq LIMIT ${limit}`;

const late: Statement = {
  name: 'late',
  text: `SELECT part.room, l.seq, l.ts, ${previewOf('l.payload')} AS preview, l.mention
         FROM (${ranges}) part
         CROSS JOIN LATERAL (
           ${inRange(`l.seq, l.ts, l.payload, ${isMentioned('$1')} AS mention`, 'AND ($5::timestamptz IS NULL OR (l.ts, l.room, l.seq) > ($5, $6::uuid, $7::bigint))', '$8')}
         ) l
         ORDER BY l.ts, part.room, l.seq
         LIMIT $8`,
};

const countLate: Statement = {
  name: 'late-count',
  text: `SELECT count(*) AS count FROM (
           SELECT 1 FROM (${ranges}) part CROSS JOIN LATERAL (${inRange('1', '', '$5')}) l LIMIT $5
         ) c`,
};

const readCursors: Statement = { name: 'read-cursors', text: `SELECT room, read FROM members WHERE usr = $1` };

/** Messages of one room that a push counts, and answers to one call. */
const [countedMost, undeliveredMost] = [100, 1_000];

/**
 * Rooms of users $1 with messages above all of: delivered, read, and what was pushed ($2 users, $3 rooms, $4 seqs). One row a user
 * and room, the newest message and how many there are; `$5` is the age from which a message is late.
 */
const undelivered: Statement = {
  name: 'undelivered',
  text: `SELECT m.usr AS "user", m.room, m.delivered, l.count::int, l.mentions::int, l.seq, n.ts,
                CASE WHEN r.kind = 'dm' THEN NULL WHEN r.title <> '' THEN r.title ELSE r.name END AS title,
                n.payload::json -> 'sender' ->> 'username' AS sender,
                ${previewOf('n.payload')} AS preview
         FROM members m
         JOIN rooms r ON r.id = m.room
         LEFT JOIN unnest($2::uuid[], $3::uuid[], $4::int8[]) AS p (usr, room, seq) ON p.usr = m.usr AND p.room = m.room
         CROSS JOIN LATERAL (
           SELECT count(*) AS count, count(*) FILTER (WHERE mention) AS mentions, max(seq) AS seq, min(ts) AS since FROM (
             SELECT l.seq, l.ts, ${isMentioned('m.usr')} AS mention FROM log l
             WHERE l.room = m.room AND l.seq > greatest(m.delivered, m.read, coalesce(p.seq, 0))
               AND ${isOlder('$5')} AND ${isWanted('m', 'm.usr')}
             ORDER BY l.seq LIMIT ${countedMost}
           ) late
         ) l
         JOIN log n ON n.room = m.room AND n.seq = l.seq
         WHERE m.usr = ANY ($1) AND r.last_seq > greatest(m.delivered, m.read, coalesce(p.seq, 0)) AND ${wantsAny}
         ORDER BY l.since
         LIMIT ${undeliveredMost}`,
};

/** A place in the order of late messages. */
export interface LatePlace {
  ts: string;
  room: string;
  seq: number;
}

export class LateRepository {
  constructor(private readonly statements: Pick<Statements, 'run'>) {}

  /** Late messages of a user after a place, oldest first. */
  async list(
    user: string,
    dismissed: Record<string, SeqRange[]>,
    lateMs: number,
    after: LatePlace | undefined,
    limit: number,
  ): Promise<LateMessage[]> {
    const rows = await this.statements.run<Omit<LateMessage, 'ts' | 'preview'> & { ts: Date; preview: string | null }>(
      late,
      [...common(user, dismissed, lateMs), after?.ts ?? null, after?.room ?? null, after?.seq ?? null, limit],
    );
    return rows.map((row) => ({ ...row, ts: row.ts.toISOString(), preview: row.preview ?? '' }));
  }

  /** How many there are, up to `most`. */
  async count(user: string, dismissed: Record<string, SeqRange[]>, lateMs: number, most: number): Promise<number> {
    const [row] = await this.statements.run<{ count: number }>(countLate, [...common(user, dismissed, lateMs), most]);
    return row?.count ?? 0;
  }

  /** What users have not received, and were not pushed, the oldest first. */
  async undelivered(
    users: readonly string[],
    pushed: readonly (readonly [user: string, room: string, seq: number])[],
    lateMs: number,
  ): Promise<Undelivered[]> {
    const rows = await this.statements.run<Omit<Undelivered, 'ts'> & { ts: Date }>(undelivered, [
      users,
      pushed.map(([user]) => user),
      pushed.map(([, room]) => room),
      pushed.map(([, , seq]) => seq),
      lateMs / 1_000,
    ]);
    return rows.map((row) => ({ ...row, ts: row.ts.toISOString(), preview: row.preview ?? '' }));
  }

  /** What the user has read in each of their rooms. */
  async read(user: string): Promise<Record<string, number>> {
    const rows = await this.statements.run<{ room: string; read: number }>(readCursors, [user]);
    return Object.fromEntries(rows.map(({ room, read }) => [room, read]));
  }
}

const common = (user: string, dismissed: Record<string, SeqRange[]>, lateMs: number): unknown[] => [
  user,
  Object.keys(dismissed),
  Object.values(dismissed).map(multirange),
  lateMs / 1_000,
];

/** PostgreSQL's notation: `{[1,4],[9,9]}`. A range that ends before it begins holds nothing. */
const multirange = (list: SeqRange[]): string =>
  `{${list
    .filter(([from, to]) => from <= to)
    .map(([from, to]) => `[${from},${to}]`)
    .join()}}`;
