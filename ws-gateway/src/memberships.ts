// Who is in which room, brought up to date. Hints only say «read again»: what is read is then compared with what is here, so that
// a hint may be lost, doubled or late. A removal itself is never taken from here but from the room's log, where it is exact.
import { Inject, Injectable } from '@nestjs/common';
import { type MembershipChanged, type Membership, type RoomDeleted } from '@natter/contracts/rooms';
import type { RoomView } from '@natter/contracts/events';
import { subjects } from '@natter/contracts/subjects';
import { LOGGER } from '@natter/service-kit/kit.module';
import type { Logger } from '@natter/service-kit/logger';
import { Bus } from '@natter/service-kit/nats';
import { retryDelay, sleep } from '@natter/service-kit/retry';
import { Directory } from './directory.js';
import { Hub } from './hub.js';
import type { LocalUser } from './local-user.js';
import { GatewayMetrics } from './metrics.js';

/** Users of a sweep that are read together. */
const sweepUsers = 256;

@Injectable()
export class Memberships {
  private isSweeping = false;
  private sweepAgain = false;

  constructor(
    bus: Bus,
    private readonly hub: Hub,
    private readonly directory: Directory,
    private readonly metrics: GatewayMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    hub.listen({ userStale: (user) => void this.refresh(user) });
    bus.onJson<MembershipChanged>(subjects.membershipChanged, ({ user, room, seq, change }) => {
      const local = hub.users.get(user);
      if (local !== undefined) hub.pass(local, room, { change });
      this.hint(user, room, seq);
    });
    bus.onJson<RoomDeleted>(subjects.roomDeleted, ({ room }) => hub.deleted(room));
    bus.onReconnect(() => void this.sweep());
  }

  /** Something happened to a user's place in a room; `seq` where in its log, when that is known. */
  hint(userId: string, room: string, seq?: number): void {
    const user = this.hub.users.get(userId);
    const feed = this.hub.feeds.get(room);
    if (seq !== undefined) feed?.noteHead(seq);
    // A feed that has come so far has told us all there is to tell.
    if (user === undefined || (seq !== undefined && feed !== undefined && feed.seq >= seq && user.rooms.has(room)))
      return;
    user.version++;
    void this.refresh(user);
  }

  /**
   * Reads one user's memberships until nothing was heard meanwhile that they may lack, and brings the user's sockets in line.
   * Tries for as long as one of them is open, every few seconds at last: nothing else would tell a user who is let into a room
   * while it cannot be read.
   */
  async refresh(user: LocalUser): Promise<void> {
    if (user.isRefreshing) return;
    user.isRefreshing = true;
    let fresh: Membership[] | undefined;
    for (let attempt = 0; fresh === undefined && user.connections.size > 0; attempt++) {
      const { version } = user;
      const read = await this.directory.memberships(user.id).catch(() => undefined);
      if (read !== undefined && user.version === version) fresh = read;
      else await sleep(retryDelay(attempt, 20, 4_000));
    }
    user.isRefreshing = false;
    if (fresh !== undefined) this.reconcile(user, fresh);
  }

  /** Reads everybody's memberships again, which also brings every room's newest seq. One at a time; asked meanwhile: once more. */
  async sweep(): Promise<void> {
    this.sweepAgain = true;
    if (this.isSweeping) return;
    this.isSweeping = true;
    while (this.sweepAgain) {
      this.sweepAgain = false;
      this.metrics.sweeps++;
      const users = [...this.hub.users.values()];
      for (let i = 0; i < users.length; i += sweepUsers) await this.sweepSome(users.slice(i, i + sweepUsers));
      this.logger.debug({ users: users.length }, 'memberships swept');
    }
    this.isSweeping = false;
  }

  /** Brings a user's greeted sockets in line with what was read. */
  reconcile(user: LocalUser, fresh: readonly Membership[]): void {
    const present = new Set<string>();
    for (const membership of fresh) {
      present.add(membership.id);
      this.hub.feeds.get(membership.id)?.noteHead(membership.last_seq);
      for (const connection of user.connections) {
        if (!connection.isInAllRooms || this.hub.isIn(connection, membership.id)) continue;
        this.hub.hastenRemoval(connection, membership.id);
        connection.push({ type: 'room_added', room: roomView(membership) });
        this.hub.enter(connection, membership, membership.last_seq)?.pump();
      }
    }
    this.hub.tellPassed(user, present);
    for (const room of user.rooms.keys()) if (!present.has(room)) void this.confirmGone(user, room);
  }

  private async sweepSome(users: readonly LocalUser[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const versions = users.map((user) => user.version);
      const results = await Promise.allSettled(users.map((user) => this.directory.memberships(user.id)));
      let failed = 0;
      for (const [i, result] of results.entries()) {
        const user = users[i]!;
        if (user.connections.size === 0) continue;
        if (result.status === 'rejected') failed++;
        else if (user.version !== versions[i]) void this.refresh(user);
        else this.reconcile(user, result.value);
      }
      if (failed === 0) return;
      await sleep(retryDelay(attempt, 100, 2_000));
    }
  }

  /** The room-service says they are not in it: the room's log then says so too, with the place from which on. */
  private async confirmGone(user: LocalUser, room: string): Promise<void> {
    const place = user.rooms.get(room);
    try {
      await this.hub.feeds.get(room)?.readToEnd();
    } catch {
      return; // The next sweep asks again; until then the log still decides what reaches them.
    }
    if (place !== undefined && user.rooms.get(room) === place) this.hub.forget(user, room);
  }
}

/** A membership as `ready` and `room_added` show it. */
export function roomView({ joined_seq: _, visible_after: __, ...room }: Membership): RoomView {
  return room;
}
