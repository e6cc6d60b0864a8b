// What happens to accounts and sign-in sessions while their sockets are open: ended is ended; what changed or was added is told. Events say it at once;
// what they lose is found by asking, again and again, which accounts have changed.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { listAccountChanges, type SessionsEnded, type UserChanged } from '@natter/contracts/auth';
import type { NotificationAdded } from '@natter/contracts/notifications';
import { subjects } from '@natter/contracts/subjects';
import { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import { TokenVerifier } from '@natter/service-kit/token-verifier';
import { ownUser } from './directory.js';
import { Hub } from './hub.js';

/** The contract allows 30 s while a fault lasts; one question costs one index. */
const askEveryMs = 5_000;

@Injectable()
export class AccountWatch implements OnApplicationShutdown {
  private readonly timer = setInterval(() => void this.ask(), askEveryMs);
  /** What changed after this has not been asked for. */
  private since: string | undefined;
  private isAsking = false;

  constructor(
    bus: Bus,
    verifier: TokenVerifier,
    private readonly rpc: RpcClient,
    private readonly hub: Hub,
  ) {
    verifier.onEnded((event) => this.ended(event));
    bus.onJson<UserChanged>(subjects.userChanged, (event) => this.changed(event));
    bus.onJson<NotificationAdded>(subjects.notificationAdded, (event) => this.notified(event));
    bus.onReconnect(() => void this.ask());
    void this.ask();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private ended({ user, sessions, reason }: SessionsEnded): void {
    if (reason === 'disabled') this.disable(user);
    for (const session of sessions)
      for (const connection of this.hub.ofSession(session)) connection.close('session_ended');
  }

  private changed({ user: account, disabled, version }: UserChanged): void {
    if (this.hub.users.get(account.id)?.learn(account, version) !== true) return;
    if (disabled) return this.disable(account.id);
    for (const connection of this.hub.users.get(account.id)?.connections ?? [])
      if (connection.isInAllRooms) connection.push({ type: 'user', user: account });
  }

  /** Where the event is lost, or comes before `ready`, it is among those that follow the next `ready`. */
  private notified({ user, notification }: NotificationAdded): void {
    for (const connection of this.hub.users.get(user)?.connections ?? [])
      if (connection.isInAllRooms) connection.push({ type: 'notification', ...notification });
  }

  private disable(user: string): void {
    for (const connection of this.hub.users.get(user)?.connections ?? []) connection.close('account_disabled');
  }

  /** While nobody answers, the question stands: it is asked with the same `since`. */
  private async ask(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    const { since } = this;
    try {
      const { users, until } = await this.rpc.call(listAccountChanges, since === undefined ? {} : { since });
      this.since = until;
      for (const state of users)
        this.changed({ user: ownUser(state), disabled: state.disabled, version: state.version });
    } catch {
      // Asked again by the timer.
    } finally {
      this.isAsking = false;
    }
  }
}
