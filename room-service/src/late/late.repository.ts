// The queue of what a user has not received: nothing is written per absent member and message, it is read from the cursors.
import type { LateMessage, SeqRange } from '@natter/contracts/notifications';
import type { Undelivered } from '@natter/contracts/push';
import type { Statement } from '@natter/service-kit/named-statement';
import type { Statements } from '../database/statements.js';

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

/** Who asks, and after which place of theirs: `u`. */
const readers = `unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::bigint[]) WITH ORDINALITY AS u (usr, ts, room, seq, place)`;

/**
 * Ranges of seqs, per room of user `u`, that may hold late messages: confirmed too late, or not at all; not read; not dismissed
 * ($5 places in `u`, $6 rooms, $7 their multiranges). `$8` is the age from which a message is late.
 */
const ranges = `
  SELECT m.room, m.notify, m.muted_until, part.range
  FROM members m
  JOIN heads h ON h.room = m.room
  LEFT JOIN unnest($5::int[], $6::uuid[], $7::text[]) AS d (place, room, ranges) ON d.place = u.place AND d.room = m.room
  CROSS JOIN LATERAL unnest(
    (m.missed + int8multirange(int8range(m.delivered, greatest(m.delivered, h.last_seq), '(]')))
    * int8multirange(int8range(m.read, NULL, '()'))
    - coalesce(d.ranges, '{}')::int8multirange
  ) AS part (range)
  WHERE m.usr = u.usr AND h.last_seq > m.read AND ${wantsAny}`;

/** Late messages in one such range, oldest first. */
const inRange = (columns: string, filter: string, limit: string) => `
  SELECT ${columns} FROM log l
  WHERE l.room = part.room AND l.seq >= lower(part.range) AND l.seq < upper(part.range)
    AND ${isOlder('$8')} AND ${isWanted('part', 'u.usr')} ${filter}
  ORDER BY l.seq LIMIT ${limit}`;

const late: Statement = {
  name: 'late',
  text: `SELECT u.place::int, m.*
         FROM ${readers}
         CROSS JOIN LATERAL (
           SELECT part.room, l.seq, l.ts, ${previewOf('l.payload')} AS preview, l.mention
           FROM (${ranges}) part
           CROSS JOIN LATERAL (
             ${inRange(`l.seq, l.ts, l.payload, ${isMentioned('u.usr')} AS mention`, 'AND (u.ts IS NULL OR (l.ts, l.room, l.seq) > (u.ts, u.room, u.seq))', '$9')}
           ) l
           ORDER BY l.ts, part.room, l.seq
           LIMIT $9
         ) m
         ORDER BY u.place, m.ts, m.room, m.seq`,
};

const countLate: Statement = {
  name: 'late-count',
  text: `SELECT (
           SELECT count(*) FROM (
             SELECT 1 FROM (${ranges}) part CROSS JOIN LATERAL (${inRange('1', '', '$9')}) l LIMIT $9
           ) c
         )::int AS count
         FROM ${readers}
         ORDER BY u.place`,
};

const readCursors: Statement = {
  name: 'read-cursors',
  text: `SELECT usr AS "user", room, read FROM members WHERE usr = ANY ($1)`,
};

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
         JOIN heads h ON h.room = m.room
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
         WHERE m.usr = ANY ($1) AND h.last_seq > greatest(m.delivered, m.read, coalesce(p.seq, 0)) AND ${wantsAny}
         ORDER BY l.since
         LIMIT ${undeliveredMost}`,
};

/** Whose late messages are asked for: without what they put aside, and after a place in the order. */
export interface LateAsker {
  user: string;
  dismissed: Record<string, SeqRange[]>;
  after?: { ts: string; room: string; seq: number } | undefined;
}

export class LateRepository {
  constructor(private readonly statements: Pick<Statements, 'run'>) {}

  /** Late messages of each asker after their place, oldest first, at most `limit` of each. */
  async list(askers: readonly LateAsker[], lateMs: number, limit: number): Promise<LateMessage[][]> {
    type Row = Omit<LateMessage, 'ts' | 'preview'> & { place: number; ts: Date; preview: string | null };
    const rows = await this.statements.run<Row>(late, [...common(askers, lateMs), limit]);
    const found: LateMessage[][] = askers.map(() => []);
    for (const { place, ts, preview, ...row } of rows)
      found[place - 1]?.push({ ...row, ts: ts.toISOString(), preview: preview ?? '' });
    return found;
  }

  /** How many each asker has in all, up to `most`. */
  async count(askers: readonly LateAsker[], lateMs: number, most: number): Promise<number[]> {
    const rows = await this.statements.run<{ count: number }>(countLate, [...common(askers, lateMs), most]);
    return rows.map(({ count }) => count);
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

  /** What each user has read in each of their rooms. */
  async read(users: readonly string[]): Promise<Map<string, Record<string, number>>> {
    if (users.length === 0) return new Map();
    const rows = await this.statements.run<{ user: string; room: string; read: number }>(readCursors, [users]);
    const byUser = new Map<string, Record<string, number>>(users.map((user) => [user, {}]));
    for (const { user, room, read } of rows) byUser.get(user)![room] = read;
    return byUser;
  }
}

function common(askers: readonly LateAsker[], lateMs: number): unknown[] {
  const put = askers.flatMap(({ dismissed }, index) =>
    Object.entries(dismissed).map(([room, list]) => ({ place: index + 1, room, ranges: multirange(list) })),
  );
  return [
    askers.map(({ user }) => user),
    askers.map(({ after }) => after?.ts ?? null),
    askers.map(({ after }) => after?.room ?? null),
    askers.map(({ after }) => after?.seq ?? null),
    put.map(({ place }) => place),
    put.map(({ room }) => room),
    put.map(({ ranges }) => ranges),
    lateMs / 1_000,
  ];
}

/** PostgreSQL's notation: `{[1,4],[9,9]}`. A range that ends before it begins holds nothing. */
const multirange = (list: SeqRange[]): string =>
  `{${list
    .filter(([from, to]) => from <= to)
    .map(([from, to]) => `[${from},${to}]`)
    .join()}}`;
