// What is pending for a user, oldest first: late messages, which the room-service finds in its log (nothing is stored per
// absent member), less what was put aside, merged with notices, which are rows here.
import { Inject, Injectable } from '@nestjs/common';
import type { Notification } from '@natter/contracts/events';
import { type LateMessage, listLateMessages, messageNotificationId } from '@natter/contracts/notifications';
import { listMemberships } from '@natter/contracts/rooms';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { Place } from './cursor.js';
import { countMax, type Dismissed, NotificationRepository, type PendingNotice } from './notification.repository.js';
import { holds } from './seq-ranges.js';

/** Both together stay below what a caller waits for `listNotifications`. */
const lateTimeoutMs = 2_500;
const membershipsTimeoutMs = 1_000;
/** Ranges of one room that the room-service takes; what was put aside beyond is left out here. */
const rangesMax = 1_000;

export type Pending = { at: Place; notification: Notification } & (
  | { message: LateMessage; notice?: undefined }
  | { notice: PendingNotice; message?: undefined }
);

export interface PendingPage {
  items: Pending[];
  /** Where the next page begins; null: there is none. */
  next: Place | null;
  /** Of all that is pending, at most `countMax`; too high by what a user put aside beyond `rangesMax` ranges of one room. */
  count: number;
}

@Injectable()
export class PendingList {
  constructor(
    private readonly repository: NotificationRepository,
    private readonly rpc: RpcClient,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * One page after a place: one statement and one call; a second call when there are notices about rooms, a second statement
   * when something can be forgotten. A page may hold fewer than `limit` though there is a next.
   *
   * @throws NatterError `unavailable` or `timeout` when the room-service does not answer
   */
  async page(user: string, after: Place, limit: number): Promise<PendingPage> {
    const kept = await this.repository.read(user, after.notice, limit + 1);
    const late = await this.rpc.call(
      listLateMessages,
      {
        user,
        dismissed: capped(kept.dismissed),
        limit: Math.min(limit + 1, 1_000),
        ...(after.message && { after: after.message }),
      },
      { timeoutMs: lateTimeoutMs },
    );
    await this.forgetRead(user, kept.dismissed, late.read);
    const gone = await this.noticesOfRoomsLeft(user, kept.notices);
    const merged = merge(late.items, kept.notices, after);
    const taken = merged.slice(0, limit);
    const isPending = ({ message, notice }: Pending) =>
      message ? !holds(kept.dismissed[message.room] ?? [], message.seq) : !gone.has(notice.id);
    return {
      items: taken.filter(isPending),
      next: merged.length > limit ? (taken.at(-1)?.at ?? null) : null,
      count: Math.min(late.count + kept.count - gone.size, countMax),
    };
  }

  /** What was put aside and has been read since need not be kept. When it fails, the next reading does it. */
  private async forgetRead(user: string, dismissed: Dismissed, read: Record<string, number>): Promise<void> {
    const been = Object.entries(read).filter(([room, seq]) => (dismissed[room]?.[0]?.[0] ?? Infinity) <= seq);
    if (been.length === 0) return;
    await this.repository.forgetRead(user, Object.fromEntries(been)).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'what was read is not forgotten yet');
    });
  }

  /** Ids of notices about rooms that the user is not in any more: nobody is told of those; they are acknowledged for them. */
  private async noticesOfRoomsLeft(user: string, notices: PendingNotice[]): Promise<Set<string>> {
    if (notices.every((notice) => notice.room === null)) return new Set();
    const { users } = await this.rpc.call(listMemberships, { users: [user] }, { timeoutMs: membershipsTimeoutMs });
    const mine = new Set(users.find((entry) => entry.user === user)?.rooms.map((room) => room.id));
    const left = notices.filter((notice) => notice.room !== null && !mine.has(notice.room)).map((notice) => notice.id);
    if (left.length > 0) await this.repository.acknowledge(user, {}, left);
    return new Set(left);
  }
}

const capped = (dismissed: Dismissed): Dismissed =>
  Object.fromEntries(Object.entries(dismissed).map(([room, ranges]) => [room, ranges.slice(0, rangesMax)]));

/** Both lists by time; of two at the same instant the message is first. Each says where both lists stand behind it. */
function merge(messages: readonly LateMessage[], notices: readonly PendingNotice[], after: Place): Pending[] {
  const merged: Pending[] = [];
  let at = after;
  for (let m = 0, n = 0; m < messages.length || n < notices.length; ) {
    const message = messages[m];
    const notice = notices[n];
    if (message && (!notice || message.ts <= notice.ts)) {
      at = { ...at, message: { ts: message.ts, room: message.room, seq: message.seq } };
      merged.push({ at, message, notification: ofMessage(message) });
      m++;
    } else if (notice) {
      at = { ...at, notice: { ts: notice.ts, id: notice.id } };
      merged.push({ at, notice, notification: ofNotice(notice) });
      n++;
    }
  }
  return merged;
}

const ofMessage = ({ room, seq, ts, preview, mention }: LateMessage): Notification => ({
  id: messageNotificationId(room, seq),
  kind: mention ? 'mention' : 'message',
  room,
  seq,
  preview,
  ts,
});

const ofNotice = ({ id, kind, room, preview, ts }: PendingNotice): Notification => ({
  id,
  kind,
  ...(room !== null && { room }),
  ...(preview !== null && { preview }),
  ts,
});
