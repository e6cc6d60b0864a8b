// What a user has not received: asked by the notification-service.
import { limits } from '@natter/contracts/limits';
import type { LateMessages, listLateMessages } from '@natter/contracts/notifications';
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

  /** Messages of others that were not confirmed in time and are neither read nor dismissed, of each who asks. */
  async list({ users, limit }: RequestOf<typeof listLateMessages>): Promise<{ users: LateMessages[] }> {
    const [items, read] = await Promise.all([
      this.late.list(users, this.lateMs, limit),
      this.late.read(users.filter((asker) => asker.read !== false).map(({ user }) => user)),
    ]);
    // Who was told everything needs no counting.
    const isPart = users.map(({ after }, place) => after !== undefined || items[place]!.length >= limit);
    const partial = users.filter((_, place) => isPart[place]);
    const counts = partial.length > 0 ? await this.late.count(partial, this.lateMs, mostCounted) : [];
    return {
      users: users.map(({ user }, place) => ({
        items: items[place]!,
        count: isPart[place] ? (counts.shift() ?? 0) : items[place]!.length,
        read: read.get(user) ?? {},
      })),
    };
  }

  /** What each of these users has not received, room by room, and was not pushed; at most 1,000 answers. */
  async undelivered({ users, pushed }: RequestOf<typeof listUndelivered>): Promise<{ items: Undelivered[] }> {
    return { items: await this.late.undelivered(users, pushed, this.lateMs) };
  }
}
