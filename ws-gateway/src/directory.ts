// What other services know of users, read in batches over all sockets that want it.
import { Injectable } from '@nestjs/common';
import { getOwnUsers, type UserState } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import type { Notification, OwnUser } from '@natter/contracts/events';
import { limits } from '@natter/contracts/limits';
import { listPending, pendingUsersMax } from '@natter/contracts/notifications';
import { listMemberships, type Membership } from '@natter/contracts/rooms';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { Batcher } from './batcher.js';
import { Turn } from './turn.js';

export interface PendingNotifications {
  count: number;
  items: Notification[];
}

/** One call answers within this, or counts as failed: whoever asks tries again. */
const timeoutMs = 2_500;
/** Users whose rooms did not fit into an answer are left out of it, never the first: they are asked for again. */
const maxReasks = 100;

@Injectable()
export class Directory {
  private readonly accountBatches: Batcher<UserState>;
  private readonly membershipBatches: Batcher<Membership[]>;
  private readonly notificationBatches: Batcher<PendingNotifications>;

  constructor(
    turn: Turn,
    private readonly rpc: RpcClient,
  ) {
    this.accountBatches = new Batcher(turn, (users) => this.readAccounts(users), 256);
    // A user may be in a thousand rooms: small batches keep an answer within what the bus carries.
    this.membershipBatches = new Batcher(turn, (users) => this.readMemberships(users), 64);
    this.notificationBatches = new Batcher(turn, (users) => this.readNotifications(users), pendingUsersMax);
  }

  /** A user's account; undefined when there is none. @throws NatterError `unavailable`, `timeout` */
  account(user: string): Promise<UserState | undefined> {
    return this.accountBatches.get(user);
  }

  /** A user's rooms, as committed after this call began. @throws NatterError `unavailable`, `timeout` */
  async memberships(user: string): Promise<Membership[]> {
    for (let attempt = 0; attempt < maxReasks; attempt++) {
      const rooms = await this.membershipBatches.get(user);
      if (rooms !== undefined) return rooms;
    }
    throw new NatterError('unavailable');
  }

  /** What is pending for a user, oldest first. @throws NatterError `unavailable`, `timeout` */
  async notifications(user: string): Promise<PendingNotifications> {
    return (await this.notificationBatches.get(user)) ?? { count: 0, items: [] };
  }

  private async readAccounts(users: string[]): Promise<Map<string, UserState>> {
    const reply = await this.rpc.call(getOwnUsers, { users }, { timeoutMs });
    return new Map(reply.users.map((user) => [user.id, user]));
  }

  private async readMemberships(users: string[]): Promise<Map<string, Membership[]>> {
    const reply = await this.rpc.call(listMemberships, { users }, { timeoutMs });
    return new Map(reply.users.map(({ user, rooms }) => [user, rooms]));
  }

  private async readNotifications(users: string[]): Promise<Map<string, PendingNotifications>> {
    const reply = await this.rpc.call(listPending, { users, limit: limits.pendingNotifications }, { timeoutMs });
    return new Map(reply.users.map(({ user, items, count }) => [user, { items, count }]));
  }
}

/** An account as its user sees it. */
export function ownUser({ id, username, display_name, avatar, permissions }: UserState): OwnUser {
  return { id, username, display_name, avatar, permissions };
}
