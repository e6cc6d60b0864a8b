// «You were added», «you are an admin now»: written with the change itself, handed to the notification-service until it has taken it.
// Handing over twice does no harm: the notice's id is made of its place in the log.
import type { User } from '@natter/contracts/events';
import { addNotice } from '@natter/contracts/notifications';
import type { Logger } from '@natter/service-kit/logger';
import type { RpcClient } from '@natter/service-kit/rpc-client';
import { NatterError } from '@natter/contracts/errors';
import type { DataSource } from 'typeorm';
import { Outbox } from '../outbox.js';
import type { Move, RoomChange } from '../rooms/room-change.js';
import type { RoomRow } from '../rooms/room.entity.js';
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

  /** Writes a notice for each member that `by` has added or given a role, in the transaction of `change`. */
  async add({ manager, room, moves, ts }: RoomChange, by: User): Promise<void> {
    const told = moves.filter(({ user, change }) => user !== by.id && (change === 'added' || change === 'role'));
    if (told.length === 0) return;
    await manager.query(
      `INSERT INTO notices (id, kind, usr, room, preview, ts, due)
       SELECT n.id, n.kind, n.usr, $1, n.preview, $2, $2
       FROM unnest($3::text[], $4::text[], $5::uuid[], $6::text[]) AS n (id, kind, usr, preview)`,
      [
        room.id,
        ts,
        told.map(({ change, seq }) => `${change}-${room.id}-${seq}`),
        told.map(({ change }) => (change === 'added' ? 'added' : 'system')),
        told.map(({ user }) => user),
        told.map((move) => wordsOf(move, room, by)),
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
  private async handOver({ id, kind, usr, room, preview, ts }: NoticeRow): Promise<void> {
    try {
      await this.rpc.call(addNotice, { id, user: usr, kind, room, preview, ts: ts.toISOString() });
    } catch (error) {
      if (!(error instanceof NatterError) || error.outcome === 'unknown') throw error;
      this.logger.error({ err: error, noticeId: id }, 'notice refused');
    }
  }
}

function wordsOf({ change, role }: Move, { kind, title, name }: RoomRow, by: User): string {
  if (kind === 'dm') return `${by.username} began a conversation with you`;
  const room = title === '' ? name : title;
  if (change === 'added') return `${by.username} added you to ${room}`;
  if (role === 'owner') return `${by.username} handed ${room} over to you`;
  return role === 'admin' ? `${by.username} made you an admin of ${room}` : `You are no longer an admin of ${room}`;
}
