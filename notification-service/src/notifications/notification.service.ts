// Listing what is pending, putting it aside, and taking notices.
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { NatterError } from '@natter/contracts/errors';
import { isCleanText } from '@natter/contracts/text';
import type {
  ackNotifications,
  addNotice,
  listNotifications,
  listPending,
  NotificationAdded,
} from '@natter/contracts/notifications';
import type { RoomDeleted } from '@natter/contracts/rooms';
import type { ReplyOf, RequestOf } from '@natter/contracts/rpc';
import { subjects } from '@natter/contracts/subjects';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { readCursor, writeCursor } from './cursor.js';
import { NotificationMetrics } from './notification-metrics.js';
import { NotificationRepository } from './notification.repository.js';
import { ofNotice, type Pending, PendingList } from './pending-list.js';
import { rangesOf } from './seq-ranges.js';

/** To acknowledge, the list is walked in pages of this size, and not further than so many. */
const walkLimit = 999;
const walkPages = 20;

type AckRequest = RequestOf<typeof ackNotifications>;

@Injectable()
export class NotificationService implements OnApplicationBootstrap {
  constructor(
    private readonly lists: PendingList,
    private readonly repository: NotificationRepository,
    private readonly metrics: NotificationMetrics,
    private readonly bus: Bus,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    // A hint: where it is lost, notices about the room are dropped when they are read.
    this.bus.onJson<RoomDeleted>(subjects.roomDeleted, ({ room }) => {
      this.repository.forgetRoom(room).catch((error: unknown) => {
        this.logger.warn({ err: error, room }, 'deleted room not forgotten yet');
      });
    });
  }

  /** @throws NatterError `invalid` for a bad cursor, `unavailable` or `timeout` when the room-service does not answer */
  async list(request: RequestOf<typeof listNotifications>): Promise<ReplyOf<typeof listNotifications>> {
    const stop = this.metrics.listSeconds.startTimer();
    const page = await this.lists.page(request.actor, readCursor(request.cursor), request.limit);
    stop();
    return {
      items: page.items.map((item) => item.notification),
      next: page.next && writeCursor(page.next),
      count: page.count,
    };
  }

  /** The beginnings of many users' lists. Errors as of `list`. */
  async pending({ users, limit }: RequestOf<typeof listPending>): Promise<ReplyOf<typeof listPending>> {
    const stop = this.metrics.listSeconds.startTimer();
    const readers = users.map((user) => ({ user, after: {} }));
    const pages = await this.lists.pages(readers, limit);
    stop();
    return {
      users: pages.map(({ items, count }, place) => ({
        user: users[place]!,
        items: items.map((item) => item.notification),
        count,
      })),
    };
  }

  /**
   * Puts aside `ids`, or `up_to` and all before it in the order of the list. What is not pending for this user (unknown, of
   * somebody else, put aside already) is passed over; an `up_to` that is not pending changes nothing.
   */
  async acknowledge({ actor, ids, up_to }: AckRequest): Promise<void> {
    const chosen = up_to === undefined ? await this.pick(actor, new Set(ids)) : await this.through(actor, up_to);
    if (chosen.length === 0) return;
    const seqs = new Map<string, number[]>();
    for (const { message } of chosen) {
      const ofRoom = message && seqs.get(message.room);
      if (ofRoom) ofRoom.push(message.seq);
      else if (message) seqs.set(message.room, [message.seq]);
    }
    const dismissed = Object.fromEntries([...seqs].map(([room, list]) => [room, rangesOf(list)]));
    const notices = chosen.flatMap(({ notice }) => notice?.id ?? []);
    await this.repository.acknowledge(actor, dismissed, notices);
    this.metrics.acknowledged.inc(chosen.length);
  }

  /** Takes a notice once, however often it is added. @throws NatterError `bad_request` for what cannot be stored */
  async add({ user, id, kind, room, preview, ts }: RequestOf<typeof addNotice>): Promise<void> {
    const atMs = Date.parse(ts);
    if (Number.isNaN(atMs) || !isCleanText(id + (preview ?? ''))) throw new NatterError('bad_request');
    const notice = { id, kind, room: room ?? null, preview: preview ?? null, ts: new Date(atMs).toISOString() };
    if (!(await this.repository.addNotice(user, notice))) return;
    this.metrics.notices.inc({ kind });
    this.bus.publishJson(subjects.notificationAdded, {
      user,
      notification: ofNotice(notice),
    } satisfies NotificationAdded);
  }

  private async pick(user: string, ids: ReadonlySet<string>): Promise<Pending[]> {
    const chosen: Pending[] = [];
    if (ids.size === 0) return chosen;
    for await (const item of this.walk(user)) {
      if (ids.has(item.notification.id)) chosen.push(item);
      if (chosen.length === ids.size) break;
    }
    return chosen;
  }

  private async through(user: string, id: string): Promise<Pending[]> {
    const chosen: Pending[] = [];
    for await (const item of this.walk(user)) {
      chosen.push(item);
      if (item.notification.id === id) return chosen;
    }
    return [];
  }

  private async *walk(user: string): AsyncGenerator<Pending> {
    let place: Pending['at'] | null = {};
    for (let pages = 0; place !== null && pages < walkPages; pages++) {
      const page: Awaited<ReturnType<PendingList['page']>> = await this.lists.page(user, place, walkLimit);
      yield* page.items;
      place = page.next;
    }
  }
}
