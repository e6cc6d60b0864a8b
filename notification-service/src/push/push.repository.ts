// The tables of devices, of whose turn it is, and of what has been pushed.
import { Inject, Injectable } from '@nestjs/common';
import type { SeqRange } from '@natter/contracts/notifications';
import { DataSource } from 'typeorm';
import type { PendingNotice } from '../notifications/notification.repository.js';
import type { PushDevice, VapidKey } from './push-sender.js';

/** Devices of one user; a further one takes the place of the oldest. */
const devicesMax = 20;
/** Notices told in one turn. */
const noticesMax = 5;

export interface Device extends PushDevice {
  usr: string;
  session: string;
  failures: number;
  /** True while its push service asked us to wait, or does not answer. */
  waits: boolean;
}

/** How far a user has been told of a room. */
export interface Pushed {
  seq: number;
  streak: number;
  ageMs: number;
}

/** Everything that decides what one user is told. */
export interface PushState {
  devices: Device[];
  pushed: Map<string, Pushed>;
  dismissed: Record<string, SeqRange[]>;
  notices: PendingNotice[];
}

@Injectable()
export class PushRepository {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** The server's keys. When there are none, `make` makes them; of replicas that start together one does. */
  async readOrMakeKey(make: () => VapidKey): Promise<VapidKey> {
    const select = 'SELECT public_key AS "publicKey", private_key AS "privateKey" FROM vapid_key';
    const [known] = await this.dataSource.query<VapidKey[]>(select);
    if (known) return known;
    const made = make();
    await this.dataSource.query('INSERT INTO vapid_key VALUES (1, $1, $2) ON CONFLICT DO NOTHING', [
      made.publicKey,
      made.privateKey,
    ]);
    const [kept = made] = await this.dataSource.query<VapidKey[]>(select);
    return kept;
  }

  /** A device that is known already changes hands, keys and session. Its user's turn is now. */
  async addDevice(user: string, session: string, { endpoint, p256dh, auth }: PushDevice): Promise<void> {
    await this.dataSource.transaction(async (em) => {
      // One user's devices are counted by one replica at a time.
      await em.query(
        `INSERT INTO push_turns (usr, at) VALUES ($1, now()) ON CONFLICT (usr) DO UPDATE SET at = least(push_turns.at, now())`,
        [user],
      );
      await em.query(
        `INSERT INTO push_subscriptions (endpoint, usr, session, p256dh, auth, created_at, failures)
         VALUES ($1, $2, $3, $4, $5, now(), 0)
         ON CONFLICT (endpoint) DO UPDATE
         SET usr = $2, session = $3, p256dh = $4, auth = $5, created_at = now(), failures = 0, retry_at = NULL`,
        [endpoint, user, session, p256dh, auth],
      );
      await em.query(
        `DELETE FROM push_subscriptions WHERE endpoint IN (
           SELECT endpoint FROM push_subscriptions WHERE usr = $1 ORDER BY created_at DESC, endpoint OFFSET ${devicesMax})`,
        [user],
      );
    });
  }

  /** Of this user, or nothing happens. */
  async removeDevice(user: string, endpoint: string): Promise<void> {
    await this.dataSource.query('DELETE FROM push_subscriptions WHERE usr = $1 AND endpoint = $2', [user, endpoint]);
  }

  async removeSessions(sessions: readonly string[]): Promise<void> {
    await this.dataSource.query('DELETE FROM push_subscriptions WHERE session = ANY ($1)', [sessions]);
  }

  async devicesOf(user: string): Promise<Device[]> {
    return (await this.read([user])).get(user)?.devices ?? [];
  }

  /**
   * Users whose turn it is, at most `limit`. They are this replica's for `leaseMs`; when it dies, they are anybody's after that.
   */
  async claim(limit: number, leaseMs: number): Promise<string[]> {
    const [rows] = await this.dataSource.query<[{ usr: string }[], number]>(
      `UPDATE push_turns SET at = now() + make_interval(secs => $2)
       WHERE usr IN (SELECT usr FROM push_turns WHERE at <= now() ORDER BY at LIMIT $1 FOR UPDATE SKIP LOCKED)
       RETURNING usr`,
      [limit, leaseMs / 1_000],
    );
    return rows.map(({ usr }) => usr);
  }

  /** Their next turn. Users without devices have none. */
  async release(users: readonly string[], afterMs: number): Promise<void> {
    await this.dataSource.query(
      `WITH gone AS (
         DELETE FROM push_turns t WHERE usr = ANY ($1) AND NOT EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.usr = t.usr)
       )
       UPDATE push_turns t SET at = now() + make_interval(secs => $2)
       WHERE usr = ANY ($1) AND EXISTS (SELECT 1 FROM push_subscriptions s WHERE s.usr = t.usr)`,
      [users, afterMs / 1_000],
    );
  }

  /** @param noticeAgeMs notices that are younger wait: their user may be looking */
  async read(users: readonly string[], noticeAgeMs = 0): Promise<Map<string, PushState>> {
    const rows = await this.dataSource.query<
      {
        usr: string;
        devices: Device[] | null;
        pushed: ({ room: string } & Pushed)[] | null;
        dismissed: Record<string, SeqRange[]> | null;
        notices: PendingNotice[] | null;
      }[]
    >(
      `SELECT u.usr,
         (SELECT json_agg(json_build_object('usr', s.usr, 'endpoint', s.endpoint, 'session', s.session, 'p256dh', s.p256dh,
                 'auth', s.auth, 'failures', s.failures, 'waits', coalesce(s.retry_at > now(), false)) ORDER BY s.created_at)
          FROM push_subscriptions s WHERE s.usr = u.usr) AS devices,
         (SELECT json_agg(json_build_object('room', p.room, 'seq', p.seq, 'streak', p.streak,
                 'ageMs', extract(epoch FROM now() - p.at) * 1000))
          FROM pushed p WHERE p.usr = u.usr) AS pushed,
         (SELECT json_object_agg(d.room, (SELECT json_agg(json_build_array(lower(r), upper(r) - 1) ORDER BY r)
                                          FROM unnest(d.ranges) AS r))
          FROM dismissed d WHERE d.usr = u.usr) AS dismissed,
         (SELECT json_agg(n) FROM (
            SELECT id, kind, room, preview, ts FROM notices
            WHERE usr = u.usr AND acked_at IS NULL AND pushed_at IS NULL AND ts <= now() - make_interval(secs => $2)
            ORDER BY ts, id LIMIT ${noticesMax}
          ) n) AS notices
       FROM unnest($1::uuid[]) AS u (usr)`,
      [users, noticeAgeMs / 1_000],
    );
    return new Map(
      rows.map(({ usr, devices, pushed, dismissed, notices }) => [
        usr,
        {
          devices: devices ?? [],
          pushed: new Map((pushed ?? []).map(({ room, ...rest }) => [room, rest])),
          dismissed: dismissed ?? {},
          notices: (notices ?? []).map((notice) => ({ ...notice, ts: new Date(notice.ts).toISOString() })),
        },
      ]),
    );
  }

  /** A user has been told of a room up to a seq; never less than before. */
  async notePushed(user: string, room: string, seq: number, streak: number): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO pushed AS p (usr, room, seq, streak, at) VALUES ($1, $2, $3, $4, now())
       ON CONFLICT (usr, room) DO UPDATE SET seq = greatest(p.seq, $3), streak = $4, at = now()`,
      [user, room, seq, streak],
    );
  }

  async noteNoticePushed(user: string, id: string): Promise<void> {
    await this.dataSource.query('UPDATE notices SET pushed_at = now() WHERE usr = $1 AND id = $2', [user, id]);
  }

  async noteTaken(endpoint: string): Promise<void> {
    await this.dataSource.query(
      'UPDATE push_subscriptions SET failures = 0, retry_at = NULL WHERE endpoint = $1 AND failures > 0',
      [endpoint],
    );
  }

  async noteFailed(endpoint: string, waitMs: number): Promise<void> {
    await this.dataSource.query(
      `UPDATE push_subscriptions SET failures = failures + 1, retry_at = now() + make_interval(secs => $2)
       WHERE endpoint = $1`,
      [endpoint, waitMs / 1_000],
    );
  }

  /** What nobody will ask for again: places in rooms that were pushed long ago. @returns how many */
  async deleteOldPushed(days: number, limit: number): Promise<number> {
    const [, count] = await this.dataSource.query<[unknown[], number]>(
      `DELETE FROM pushed WHERE (usr, room) IN (
         SELECT usr, room FROM pushed WHERE at < now() - make_interval(days => $1) LIMIT $2)`,
      [days, limit],
    );
    return count;
  }
}
