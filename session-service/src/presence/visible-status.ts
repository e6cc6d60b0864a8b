// What others see of a user: what their connections say, and for a moment after the last has gone still what they said before, so that a
// reconnect is not seen by anybody, whether they are told or ask.
import type { PresenceStatus } from '@natter/contracts/events';

interface Seen {
  status: PresenceStatus;
  /** Since when no connection is left; undefined while one is. */
  leftAtMs: number | undefined;
}

export class VisibleStatus {
  private readonly seen = new Map<string, Seen>();

  constructor(
    /** What a user's connections say now. */
    private readonly connected: (user: string) => PresenceStatus,
    /** Monotonic, ms. */
    private readonly now: () => number,
    private readonly returnMs: number,
  ) {}

  /** A user's connections may say something else. @returns true when they come back after others could see that they had gone */
  note(user: string): boolean {
    const status = this.connected(user);
    const before = this.seen.get(user);
    if (status === 'offline') {
      if (before !== undefined) before.leftAtMs ??= this.now();
      return false;
    }
    this.seen.set(user, { status, leftAtMs: undefined });
    return before?.leftAtMs !== undefined && this.isOver(before.leftAtMs);
  }

  of(user: string): PresenceStatus {
    const status = this.connected(user);
    if (status !== 'offline') return status;
    const before = this.seen.get(user);
    const isGone = before?.leftAtMs === undefined || this.isOver(before.leftAtMs);
    return before === undefined || isGone ? 'offline' : before.status;
  }

  /** Others have been told that somebody has gone: when they come back, that is told too. */
  forget(user: string): void {
    if (this.of(user) === 'offline') this.seen.delete(user);
  }

  /** True while others still see somebody who has gone. */
  isLeaving(user: string): boolean {
    return this.of(user) !== this.connected(user);
  }

  private isOver(leftAtMs: number): boolean {
    return this.now() - leftAtMs >= this.returnMs;
  }
}
