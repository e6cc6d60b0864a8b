// `hello`: gathers who the user is and where they are, says `ready`, puts the socket into its rooms, replays what it missed.
// Thousands may say it at once: everything is read in batches over all of them.
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { HelloFrame, ReadyFrame } from '@natter/contracts/frames';
import { limits, socketLimits } from '@natter/contracts/limits';
import type { Membership } from '@natter/contracts/rooms';
import { CONFIG } from '@natter/service-kit/kit.module';
import { retryDelay, sleep } from '@natter/service-kit/retry';
import { TokenVerifier } from '@natter/service-kit/token-verifier';
import type { Config } from '../config.js';
import type { Connection } from '../connection.js';
import { Directory, ownUser, type PendingNotifications } from '../directory.js';
import { Hub } from '../hub.js';
import { Memberships, roomView } from '../memberships.js';
import { readNewcomer, within } from '../newcomer.js';
import { SyncCommand } from './sync.js';

/** Notifications are asked for with all else, and waited for so long once that is known; later ones come after `ready` did. */
const notificationsMs = 1_000;
const notificationTries = 5;
const checkMs = 250;

@Injectable()
export class HelloCommand implements OnApplicationShutdown {
  /** Sockets that have not said hello, oldest first. */
  private readonly silent = new Set<Connection>();
  private readonly timer = setInterval(() => this.closeSilent(performance.now()), checkMs);

  constructor(
    private readonly hub: Hub,
    private readonly directory: Directory,
    private readonly verifier: TokenVerifier,
    private readonly memberships: Memberships,
    private readonly sync: SyncCommand,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    hub.listen({
      connectionChanged: (connection) => {
        if (hub.connections.has(connection.id) && connection.only === undefined) this.silent.add(connection);
        else this.silent.delete(connection);
      },
    });
  }

  /** Never throws: what cannot be read in time ends the connection with 1011, and the client comes again. */
  async run(connection: Connection, frame: HelloFrame): Promise<void> {
    this.silent.delete(connection);
    connection.greet();
    const pending = this.notifications(connection);
    const found = await readNewcomer(this.directory, connection, () => within(notificationsMs, pending));
    if (connection.stage === 'closed') return;
    if (found === undefined) return connection.close('server_fault');
    const { account, memberships, extra: notifications } = found;
    if (account?.disabled) return connection.close('account_disabled');
    if (account === undefined || this.verifier.isEnded(connection.session)) return connection.close('session_ended');
    connection.user.learn(ownUser(account), account.version);
    connection.push(this.ready(connection, memberships, notifications?.count ?? 0));
    if (notifications !== undefined) tell(connection, notifications);
    else void pending.then((late) => tell(connection, late));
    // First the socket, then what the user's other sockets may not have heard of yet.
    this.enterRooms(connection, memberships, frame);
    connection.open();
    this.memberships.reconcile(connection.user, memberships);
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private ready(connection: Connection, memberships: readonly Membership[], notifications: number): ReadyFrame {
    return {
      type: 'ready',
      connection: connection.id,
      session: connection.session,
      gateway: this.config.INSTANCE_ID,
      user: connection.user.account!,
      heartbeat_ms: this.config.HEARTBEAT_MS,
      server_ts: new Date().toISOString(),
      notifications,
      rooms: memberships.map(roomView),
      limits: socketLimits,
    };
  }

  private enterRooms(connection: Connection, memberships: readonly Membership[], frame: HelloFrame): void {
    const syncing = this.sync.begin(connection, frame.id);
    const asked = new Map(Object.entries(frame.rooms ?? {}));
    for (const membership of memberships) {
      const { id, last_seq, visible_after } = membership;
      const position = asked.get(id);
      asked.delete(id);
      if (position === undefined) {
        this.hub.enter(connection, membership, last_seq)?.pump();
      } else if (position > last_seq || last_seq - position > limits.sync_max || position < visible_after) {
        const resume = this.hub.enter(connection, membership, last_seq, true);
        resume?.resetTo(last_seq);
        syncing.add(id, resume);
        resume?.pump();
      } else {
        const resume = this.hub.enter(connection, membership, position);
        syncing.add(id, resume);
        resume?.pump();
      }
    }
    for (const room of asked.keys()) syncing.add(room, undefined);
    syncing.seal();
  }

  /** What is pending, tried a few times while the connection lives; then none. */
  private async notifications(connection: Connection): Promise<PendingNotifications> {
    for (let attempt = 0; attempt < notificationTries && connection.stage !== 'closed'; attempt++) {
      try {
        return await this.directory.notifications(connection.user.id);
      } catch {
        await sleep(retryDelay(attempt, 1_000, 8_000));
      }
    }
    return { count: 0, items: [] };
  }

  private closeSilent(nowMs: number): void {
    for (const connection of this.silent) {
      if (nowMs - connection.openedAtMs < limits.helloTimeoutMs) return;
      connection.close('protocol');
    }
  }
}

function tell(connection: Connection, { items }: PendingNotifications): void {
  for (const item of items) connection.push({ type: 'notification', ...item });
}
