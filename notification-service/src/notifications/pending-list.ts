// What is pending for a user, oldest first: late messages, which the room-service finds in its log (nothing is stored per
// absent member), less what was put aside, merged with notices, which are rows here.
import { Inject, Injectable } from '@nestjs/common';
import type { Notification } from '@natter/contracts/events';
import {
  type LateMessage,
  type LateMessages,
  listLateMessages,
  messageNotificationId,
} from '@natter/contracts/notifications';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { Place } from './cursor.js';
import {
  countMax,
  type Dismissed,
  type Kept,
  NotificationRepository,
  type PendingNotice,
} from './notification.repository.js';
import { holds } from './seq-ranges.js';

/** Below what a ws-gateway waits for the list. */
const lateTimeoutMs = 2_000;
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
   * One page of one user after a place. It may hold fewer than `limit` though there is a next.
   *
   * @throws NatterError `unavailable` or `timeout` when the room-service does not answer
   */
  async page(user: string, after: Place, limit: number): Promise<PendingPage> {
    const [page] = await this.pages([{ user, after }], limit);
    return page!;
  }

  /**
   * A page for each, in their order: one statement and one call for all, and a statement more for who has something that can be
   * forgotten. Parameters and errors as of `page`; at most `pendingUsersMax` readers.
   */
  async pages(readers: readonly { user: string; after: Place }[], limit: number): Promise<PendingPage[]> {
    const kept = await this.repository.read(
      readers.map(({ user, after }) => ({ user, ...(after.notice && { notice: after.notice }) })),
      limit + 1,
    );
    const late = await this.rpc.call(
      listLateMessages,
      {
        users: readers.map(({ user, after }, place) => ({
          user,
          dismissed: capped(kept[place]!.dismissed),
          read: mayForget(kept[place]!),
          ...(after.message && { after: after.message }),
        })),
        limit: Math.min(limit + 1, 1_000),
      },
      { timeoutMs: lateTimeoutMs },
    );
    return Promise.all(
      readers.map(({ user, after }, place) => this.join(user, after, limit, kept[place]!, late.users[place]!)),
    );
  }

  private async join(user: string, after: Place, limit: number, kept: Kept, late: LateMessages): Promise<PendingPage> {
    const left = ({ room }: PendingNotice) => room !== null && late.read[room] === undefined;
    const gone = new Set(kept.notices.filter(left).map((notice) => notice.id));
    await this.forget(user, kept.dismissed, late.read, gone);
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

  /**
   * Forgets what was put aside and has been read since, or is of a room that the user is not in any more, and acknowledges the notices
   * about such rooms in their place. When it fails, the next reading does it.
   */
  private async forget(
    user: string,
    dismissed: Dismissed,
    read: Record<string, number>,
    gone: Set<string>,
  ): Promise<void> {
    const been: Record<string, number> = {};
    for (const [room, ranges] of Object.entries(dismissed)) {
      const upTo = read[room] ?? Number.MAX_SAFE_INTEGER;
      if ((ranges[0]?.[0] ?? 0) <= upTo) been[room] = upTo;
    }
    try {
      if (Object.keys(been).length > 0) await this.repository.forgetUpTo(user, been);
      if (gone.size > 0) await this.repository.acknowledge(user, {}, [...gone]);
    } catch (error) {
      this.logger.warn({ err: error }, 'what is over is not forgotten yet');
    }
  }
}

/** Only who put something aside, or has notices, has something that may be over. */
const mayForget = ({ dismissed, notices }: Kept): boolean => notices.length > 0 || Object.keys(dismissed).length > 0;

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

export const ofNotice = ({ id, kind, room, preview, ts }: PendingNotice): Notification => ({
  id,
  kind,
  ...(room !== null && { room }),
  ...(preview !== null && { preview }),
  ts,
});
