// What happens to accounts and sign-in sessions while their sockets are open: ended is ended; what changed or was added is told.
import { Injectable } from '@nestjs/common';
import type { SessionsEnded, UserChanged } from '@natter/contracts/auth';
import type { NotificationAdded } from '@natter/contracts/notifications';
import { subjects } from '@natter/contracts/subjects';
import { Bus } from '@natter/service-kit/nats';
import { TokenVerifier } from '@natter/service-kit/token-verifier';
import { Hub } from './hub.js';

@Injectable()
export class AccountWatch {
  constructor(
    bus: Bus,
    verifier: TokenVerifier,
    private readonly hub: Hub,
  ) {
    verifier.onEnded((event) => this.ended(event));
    bus.onJson<UserChanged>(subjects.userChanged, (event) => this.changed(event));
    bus.onJson<NotificationAdded>(subjects.notificationAdded, (event) => this.notified(event));
  }

  private ended({ user, sessions, reason }: SessionsEnded): void {
    if (reason === 'disabled') this.disable(user);
    for (const session of sessions)
      for (const connection of this.hub.ofSession(session)) connection.close('session_ended');
  }

  private changed({ user: account, disabled }: UserChanged): void {
    if (disabled) return this.disable(account.id);
    const user = this.hub.users.get(account.id);
    if (user === undefined) return;
    user.account = account;
    for (const connection of user.connections)
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
}
