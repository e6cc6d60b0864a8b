// «You were added»: written with the membership itself, handed to the notification-service until it has taken it.
// Handing over twice does no harm: the notice's id is made of its place in the log.
import type { User } from '@natter/contracts/events';
import { addNotice } from '@natter/contracts/notifications';
import type { Logger } from '@natter/service-kit/logger';
import { retryDelay } from '@natter/service-kit/retry';
import type { RpcClient } from '@natter/service-kit/rpc-client';
import { NatterError } from '@natter/contracts/errors';
import type { DataSource } from 'typeorm';
import { AwayLog } from '../away-log.js';
import type { RoomChange } from '../rooms/room-change.js';
import type { NoticeRow } from './notice.entity.js';

const batch = 20;
const everyMs = 2_000;
/** While one replica hands a notice over, others leave it alone for this long. */
const claimMs = 10_000;
const maxWaitMs = 5_000;

type Claimed = Pick<NoticeRow, 'id' | 'usr' | 'room' | 'preview' | 'ts' | 'tries'>;

export class NoticeOutbox {
  private readonly timer: NodeJS.Timeout;
  private working = false;
  private readonly databaseAway: AwayLog;
  private readonly takerAway: AwayLog;

  constructor(
    private readonly dataSource: DataSource,
    private readonly rpc: Pick<RpcClient, 'call'>,
    private readonly logger: Logger,
  ) {
    this.databaseAway = new AwayLog(logger, 'notices cannot be read');
    this.takerAway = new AwayLog(logger, 'notices wait for the notification-service');
    this.timer = setInterval(() => this.soon(), everyMs);
  }

  /** Writes a notice for each member that `change` has added, in its transaction. */
  async add(change: RoomChange, by: User): Promise<void> {
    const { manager, room, moves, ts } = change;
    const added = moves.filter((move) => move.change === 'added');
    if (added.length === 0) return;
    await manager.query(
      `INSERT INTO notices (id, usr, room, preview, ts, due)
       SELECT n.id, n.usr, $1, $2, $3, $3 FROM unnest($4::text[], $5::uuid[]) AS n (id, usr)`,
      [
        room.id,
        room.kind === 'dm'
          ? `${by.username} began a conversation with you`
          : `${by.username} added you to ${room.title === '' ? room.name : room.title}`,
        ts,
        added.map(({ seq }) => `added-${room.id}-${seq}`),
        added.map(({ user }) => user),
      ],
    );
  }

  /** Hands over what is due, now. */
  soon(): void {
    if (this.working) return;
    this.working = true;
    void this.work().finally(() => {
      this.working = false;
    });
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Until nothing is due, or the notification-service turns out to be away. */
  private async work(): Promise<void> {
    try {
      for (let notices = await this.claim(); notices.length > 0; notices = await this.claim())
        for (const notice of notices) if (!(await this.handOver(notice))) return;
      this.databaseAway.worked();
    } catch (error) {
      this.databaseAway.failed(error);
    }
  }

  private async claim(): Promise<Claimed[]> {
    const [claimed]: [Claimed[], number] = await this.dataSource.query(
      `UPDATE notices SET due = now() + make_interval(secs => $1), tries = tries + 1
       WHERE id IN (SELECT id FROM notices WHERE due <= now() ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id, usr, room, preview, ts, tries`,
      [claimMs / 1_000, batch],
    );
    return claimed;
  }

  /** @returns false when it has to be tried again later */
  private async handOver(notice: Claimed): Promise<boolean> {
    const { id, usr, room, preview, ts } = notice;
    try {
      await this.rpc.call(addNotice, { id, user: usr, kind: 'added', room, preview, ts: ts.toISOString() });
      this.takerAway.worked();
    } catch (error) {
      if (!(error instanceof NatterError) || error.outcome === 'unknown') {
        this.takerAway.failed(error);
        await this.later(notice);
        return false;
      }
      this.logger.error({ err: error, noticeId: id }, 'notice refused');
    }
    await this.dataSource.query(`DELETE FROM notices WHERE id = $1`, [id]);
    return true;
  }

  private async later({ id, tries }: Claimed): Promise<void> {
    await this.dataSource.query(`UPDATE notices SET due = now() + make_interval(secs => $2) WHERE id = $1`, [
      id,
      retryDelay(tries, 250, maxWaitMs) / 1_000,
    ]);
  }
}
