// «You were added»: written with the membership itself, handed to the notification-service until it has taken it.
// Handing over twice does no harm: the notice's id is made of its place in the log.
import type { User } from '@natter/contracts/events';
import { addNotice } from '@natter/contracts/notifications';
import type { Logger } from '@natter/service-kit/logger';
import type { RpcClient } from '@natter/service-kit/rpc-client';
import { NatterError } from '@natter/contracts/errors';
import type { DataSource } from 'typeorm';
import { Outbox } from '../outbox.js';
import type { RoomChange } from '../rooms/room-change.js';
import type { NoticeRow } from './notice.entity.js';

const batch = 20;

export class NoticeOutbox {
  private readonly outbox: Outbox<NoticeRow>;

  constructor(
    dataSource: DataSource,
    private readonly rpc: Pick<RpcClient, 'call'>,
    private readonly logger: Logger,
  ) {
    const handOver = async (notices: NoticeRow[]) => {
      for (const notice of notices) await this.handOver(notice);
    };
    this.outbox = new Outbox(dataSource, logger, { table: 'notices', batch, handOver });
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
    this.outbox.soon();
  }

  stop(): void {
    this.outbox.stop();
  }

  /** One that is refused is nobody's any more. */
  private async handOver({ id, usr, room, preview, ts }: NoticeRow): Promise<void> {
    try {
      await this.rpc.call(addNotice, { id, user: usr, kind: 'added', room, preview, ts: ts.toISOString() });
    } catch (error) {
      if (!(error instanceof NatterError) || error.outcome === 'unknown') throw error;
      this.logger.error({ err: error, noticeId: id }, 'notice refused');
    }
  }
}
