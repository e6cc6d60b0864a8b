// What a user has not received: asked by the notification-service.
import { limits } from '@natter/contracts/limits';
import type { LateMessage, listLateMessages } from '@natter/contracts/notifications';
import type { listUndelivered, Undelivered } from '@natter/contracts/push';
import type { RequestOf } from '@natter/contracts/rpc';
import type { LateRepository } from './late.repository.js';

/** Late messages are counted up to this. */
const mostCounted = 1_000;

export class LateService {
  constructor(
    private readonly late: LateRepository,
    private readonly lateMs: number = limits.lateDeliveryMs,
  ) {}

  /**
   * Messages of others that were not confirmed in time and are neither read nor dismissed, oldest first.
   *
   * @returns `count` of all of them, up to 1,000; `read` of every room the user is in
   */
  async list(
    request: RequestOf<typeof listLateMessages>,
  ): Promise<{ items: LateMessage[]; count: number; read: Record<string, number> }> {
    const { user, dismissed, after, limit } = request;
    const [items, read] = await Promise.all([
      this.late.list(user, dismissed, this.lateMs, after, limit),
      this.late.read(user),
    ]);
    const isAll = after === undefined && items.length < limit;
    const count = isAll ? items.length : await this.late.count(user, dismissed, this.lateMs, mostCounted);
    return { items, count, read };
  }

  /** What each of these users has not received, room by room, and was not pushed; at most 1,000 answers. */
  async undelivered({ users, pushed }: RequestOf<typeof listUndelivered>): Promise<{ items: Undelivered[] }> {
    return { items: await this.late.undelivered(users, pushed, this.lateMs) };
  }
}
