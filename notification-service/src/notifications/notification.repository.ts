// The tables of pending things.
import { Inject, Injectable } from '@nestjs/common';
import type { SeqRange } from '@natter/contracts/notifications';
import { runNamed, type Statement } from '@natter/service-kit/named-statement';
import { DataSource } from 'typeorm';
import type { NoticeRow } from './notice.entity.js';
import { asMultirange } from './seq-ranges.js';

export type Dismissed = Record<string, SeqRange[]>;

/** A notice as listed; `ts` RFC 3339 with milliseconds. */
export type PendingNotice = Pick<NoticeRow, 'id' | 'kind' | 'room' | 'preview'> & { ts: string };

/** Whose list is read, and after which notice. */
export interface Reader {
  user: string;
  notice?: { ts: string; id: string };
}

/** What is kept of a user: what was put aside, and the notices after a place, oldest first. */
export interface Kept {
  dismissed: Dismissed;
  notices: PendingNotice[];
  /** All pending notices, wherever the page begins; at most `countMax`. */
  count: number;
}

/** No count goes higher. */
export const countMax = 1_000;

/** What is kept of users $1 after the notices ($2, $3), at most $4 of each. Every hello of every user asks, and mostly finds nothing. */
const kept: Statement = {
  name: 'kept',
  text: `SELECT
         (SELECT json_object_agg(d.room, (SELECT json_agg(json_build_array(lower(r), upper(r) - 1) ORDER BY r)
                                          FROM unnest(d.ranges) AS r))
          FROM dismissed d WHERE d.usr = u.usr) AS dismissed,
         (SELECT json_agg(n) FROM (
            SELECT id, kind, room, preview, ts FROM notices
            WHERE usr = u.usr AND acked_at IS NULL AND (ts, id) > (u.after_ts, u.after_id) ORDER BY ts, id LIMIT $4
          ) n) AS notices,
         (SELECT count(*)::int FROM (
            SELECT FROM notices WHERE usr = u.usr AND acked_at IS NULL LIMIT ${countMax}
          ) c) AS count
       FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) WITH ORDINALITY AS u (usr, after_ts, after_id, place)
       ORDER BY u.place`,
};

@Injectable()
export class NotificationRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** One round trip for all, in their order. */
  async read(readers: readonly Reader[], limit: number): Promise<Kept[]> {
    type Row = { dismissed: Dismissed | null; notices: PendingNotice[] | null; count: number };
    const rows = await runNamed<Row>(this.dataSource, kept, [
      readers.map(({ user }) => user),
      readers.map(({ notice }) => notice?.ts ?? '-infinity'),
      readers.map(({ notice }) => notice?.id ?? ''),
      limit,
    ]);
    return rows.map(({ dismissed, notices, count }) => ({
      dismissed: dismissed ?? {},
      notices: (notices ?? []).map((notice) => ({ ...notice, ts: new Date(notice.ts).toISOString() })),
      count,
    }));
  }

  /** Adds to what a user has put aside, and acknowledges notices, both or neither. Again: no change. */
  async acknowledge(user: string, dismissed: Dismissed, noticeIds: readonly string[]): Promise<void> {
    const rooms = Object.keys(dismissed);
    await this.dataSource.query(
      `WITH acked AS (UPDATE notices SET acked_at = now() WHERE usr = $1 AND id = ANY ($4) AND acked_at IS NULL)
       INSERT INTO dismissed AS d (usr, room, ranges)
       SELECT $1, t.room, t.ranges::int8multirange FROM unnest($2::uuid[], $3::text[]) AS t (room, ranges) ORDER BY t.room
       ON CONFLICT (usr, room) DO UPDATE SET ranges = d.ranges + excluded.ranges`,
      [user, rooms, rooms.map((room) => asMultirange(dismissed[room] ?? [])), noticeIds],
    );
  }

  /** Forgets what a user put aside at or below a seq, by room. */
  async forgetUpTo(user: string, seqs: Record<string, number>): Promise<void> {
    await this.dataSource.query(
      `WITH been AS (
         SELECT room, int8range(NULL, seq, '[]') AS seqs FROM unnest($2::uuid[], $3::int8[]) AS t (room, seq)
       ), gone AS (
         DELETE FROM dismissed d USING been WHERE d.usr = $1 AND d.room = been.room AND d.ranges <@ been.seqs
       )
       UPDATE dismissed d SET ranges = d.ranges - int8multirange(been.seqs) FROM been
       WHERE d.usr = $1 AND d.room = been.room AND d.ranges && been.seqs AND NOT d.ranges <@ been.seqs`,
      [user, Object.keys(seqs), Object.values(seqs)],
    );
  }

  /** Idempotent on (user, id), also when it has been acknowledged. @returns false when it was there */
  async addNotice(user: string, notice: PendingNotice): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `INSERT INTO notices (usr, id, kind, room, preview, ts) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (usr, id) DO NOTHING RETURNING id`,
      [user, notice.id, notice.kind, notice.room, notice.preview, notice.ts],
    );
    return rows.length > 0;
  }

  /** A deleted room takes with it what was said about it. */
  async forgetRoom(room: string): Promise<void> {
    await this.dataSource.query(
      `WITH a AS (DELETE FROM notices WHERE room = $1), b AS (DELETE FROM pushed WHERE room = $1)
       DELETE FROM dismissed WHERE room = $1`,
      [room],
    );
  }

  /** Deletes at most `limit` notices that were acknowledged, or have waited, for so many days. @returns how many */
  async deleteOld(ackedDays: number, pendingDays: number, limit: number): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      `WITH old AS (
         SELECT usr, id FROM notices
         WHERE acked_at < now() - make_interval(days => $1) OR ts < now() - make_interval(days => $2)
         LIMIT $3 FOR UPDATE SKIP LOCKED
       ), gone AS (
         DELETE FROM notices n USING old WHERE n.usr = old.usr AND n.id = old.id RETURNING 1
       )
       SELECT count(*)::int AS count FROM gone`,
      [ackedDays, pendingDays, limit],
    );
    return row?.count ?? 0;
  }
}
