// The names of users who send by REST: a message carries its sender's. Read again after a moment, and when the account changes.
import { Injectable } from '@nestjs/common';
import { getOwnUsers, type UserChanged } from '@natter/contracts/auth';
import { NatterError } from '@natter/contracts/errors';
import { subjects } from '@natter/contracts/subjects';
import { Bus } from '@natter/service-kit/nats';
import { RpcClient } from '@natter/service-kit/rpc-client';

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
  private readonly asking = new Map<string, Promise<string>>();

  constructor(
    bus: Bus,
    private readonly rpc: RpcClient,
  ) {
    bus.onJson<UserChanged>(subjects.userChanged, ({ user }) => {
      if (this.kept.has(user.id)) this.keep(user.id, user.username);
    });
  }

  /** Learns in passing the name of a user who is here, so that they can send when the auth-service is away later. */
  meet(user: string, requestId: string): void {
    if (!this.kept.has(user)) this.ask(user, requestId).catch(() => {});
  }

  /**
   * The username of a user, within a second. While the auth-service is away, the one last known.
   *
   * @throws NatterError `unauthenticated` for an account that is gone; `unavailable` when it is not known and cannot be asked
   */
  async of(user: string, requestId: string): Promise<string> {
    const known = this.kept.get(user);
    if (known !== undefined && performance.now() - known.atMs < freshMs) return known.username;
    try {
      return await this.ask(user, requestId);
    } catch (error) {
      const isAway = error instanceof NatterError && error.outcome === 'unknown';
      if (!isAway || known === undefined) throw error;
      this.keep(user, known.username);
      return known.username;
    }
  }

  /** One question for each user at a time. */
  private ask(user: string, requestId: string): Promise<string> {
    const asking = this.asking.get(user) ?? this.askNow(user, requestId).finally(() => this.asking.delete(user));
    this.asking.set(user, asking);
    return asking;
  }

  private async askNow(user: string, requestId: string): Promise<string> {
    const { users } = await this.rpc.call(getOwnUsers, { users: [user] }, { requestId, timeoutMs: askMs });
    if (users[0] === undefined) throw new NatterError('unauthenticated');
    this.keep(user, users[0].username);
    return users[0].username;
  }

  private keep(user: string, username: string): void {
    this.kept.delete(user);
    this.kept.set(user, { username, atMs: performance.now() });
    if (this.kept.size > maxKept) this.kept.delete(this.kept.keys().next().value ?? user);
  }
}
