// Whose status is another than was told, or was for a moment: somebody may have asked just then. Who is told of when is decided here,
// so that a storm costs what the delays say and no more.
import type { PresenceStatus } from '@natter/contracts/events';
import type { VisibleStatus } from './visible-status.js';

export interface Change {
  user: string;
  status: PresenceStatus;
}

export interface ChangeDelays {
  /** Others hear of one user at most once in this time, ms. */
  calmMs: number;
  /** A change that another replica should have told is dropped after this, ms. */
  keepMs: number;
}

interface Waiting {
  sinceMs: number;
  /** At some time others could see another status than they were told. */
  differed: boolean;
}

export class PresenceChanges {
  /** What was told last of those who are not offline. */
  private readonly told = new Map<string, PresenceStatus>();
  /** Who is to be looked at; oldest first. */
  private readonly waiting = new Map<string, Waiting>();
  /** Who was told of less than `calmMs` ago; oldest first. */
  private readonly recent = new Map<string, number>();

  constructor(
    private readonly visible: VisibleStatus,
    /** Monotonic, ms. */
    private readonly now: () => number,
    private readonly delays: ChangeDelays,
  ) {}

  get size(): number {
    return this.waiting.size;
  }

  /** A user's connections may say something else. */
  note(user: string): void {
    const wasGone = this.visible.note(user);
    this.look(user, wasGone || this.differs(user));
  }

  /** Up to `most` changes that are to be told now, the oldest first. They wait on until `done`. */
  due(most: number): Change[] {
    const changes: Change[] = [];
    this.forgetRecent();
    for (const [user, { differed }] of this.waiting) {
      if (changes.length === most) break;
      if (!differed && !this.differs(user)) {
        if (!this.visible.isLeaving(user)) this.waiting.delete(user);
      } else if (!this.recent.has(user)) {
        changes.push({ user, status: this.visible.of(user) });
      }
    }
    return changes;
  }

  /** A change has been told. What came after it waits behind the others. */
  done({ user, status }: Change): void {
    this.set(user, status);
    this.recent.set(user, this.now());
    this.waiting.delete(user);
    if (this.differs(user) || this.visible.isLeaving(user)) this.look(user, this.differs(user));
  }

  /** Takes all that waits as told. */
  settle(): void {
    this.settleThose(() => true);
  }

  /** While another replica tells: takes as told what it has had time enough for. */
  settleOld(): void {
    const beforeMs = this.now() - this.delays.keepMs;
    this.settleThose(({ sinceMs }) => sinceMs <= beforeMs);
  }

  private settleThose(isOver: (waiting: Waiting) => boolean): void {
    for (const [user, waiting] of this.waiting) {
      if (!isOver(waiting)) return;
      this.set(user, this.visible.of(user));
      this.waiting.delete(user);
      if (this.visible.isLeaving(user)) this.look(user, false);
    }
  }

  private look(user: string, differed: boolean): void {
    const known = this.waiting.get(user);
    if (known === undefined) this.waiting.set(user, { sinceMs: this.now(), differed });
    else known.differed ||= differed;
  }

  private forgetRecent(): void {
    const beforeMs = this.now() - this.delays.calmMs;
    for (const [user, atMs] of this.recent) {
      if (atMs > beforeMs) return;
      this.recent.delete(user);
    }
  }

  private differs(user: string): boolean {
    return this.visible.of(user) !== (this.told.get(user) ?? 'offline');
  }

  private set(user: string, status: PresenceStatus): void {
    if (status !== 'offline') return void this.told.set(user, status);
    this.told.delete(user);
    this.visible.forget(user);
  }
}
