// The names of users who send by REST: a message carries its sender's. Kept for a moment, dropped when the account changes.
import { Injectable } from '@nestjs/common';
import { getOwnUsers, type UserChanged } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { subjects } from '@natter/contracts/subjects';
import { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';
import type { Caller } from '../http/caller.js';

/** A message does not wait longer for it. */
const askMs = 1_000;
/** A lost event is made good within this. */
const freshMs = 30_000;
/** Above it the oldest is forgotten. */
const maxKept = 20_000;

interface Kept {
  username: string;
  atMs: number;
}

@Injectable()
export class Usernames {
  private readonly kept = new Map<string, Kept>();

  constructor(
    bus: Bus,
    private readonly rpc: RpcClient,
  ) {
    bus.onJson<UserChanged>(subjects.userChanged, ({ user }) => this.kept.delete(user.id));
  }

  /**
   * The username of the caller. While the auth-service is away, the one last known.
   *
   * @throws NatterError `unauthenticated` for an account that is gone; `unavailable` when it is not known and cannot be asked
   */
  async of(caller: Caller): Promise<string> {
    const { user } = caller;
    const known = this.kept.get(user);
    if (known !== undefined && performance.now() - known.atMs < freshMs) return known.username;
    const found = await this.ask(caller, known);
    this.kept.delete(user);
    this.kept.set(user, { username: found, atMs: performance.now() });
    if (this.kept.size > maxKept) this.kept.delete(this.kept.keys().next().value ?? user);
    return found;
  }

  private async ask(caller: Caller, known: Kept | undefined): Promise<string> {
    try {
      const { users } = await this.rpc.call(getOwnUsers, { users: [caller.user] }, caller.within(askMs));
      if (users[0] === undefined) throw new NatterError('unauthenticated');
      return users[0].username;
    } catch (error) {
      const isAway = error instanceof NatterError && error.outcome === 'unknown';
      if (isAway && known !== undefined) return known.username;
      throw error;
    }
  }
}
