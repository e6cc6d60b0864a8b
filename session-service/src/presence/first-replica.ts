// One replica of the session-service tells presence, the one with the least name among those that are heard. It needs no lock: when
// two think they are it, or one takes over, something is told twice, and that does no harm.
import type { PresenceBeat } from '@natter/contracts/sessions';

export interface ReplicaDelays {
  /** A replica that was not heard for so long is gone; so long a new one listens before it speaks, ms. */
  silentMs: number;
  /** A new one that hears another leaves the word to it until it knows what that one may have had in hand, ms. */
  warmUpMs: number;
}

export class FirstReplica {
  private readonly heardAtMs = new Map<string, number>();
  private readonly startedMs: number;

  constructor(
    private readonly own: string,
    /** Monotonic, ms. */
    private readonly now: () => number,
    private readonly delays: ReplicaDelays,
  ) {
    this.startedMs = now();
  }

  hear({ replica }: PresenceBeat): void {
    if (replica !== this.own) this.heardAtMs.set(replica, this.now());
  }

  /** True when this replica may beat, and so be first. */
  get isReady(): boolean {
    const upMs = this.now() - this.startedMs;
    return upMs >= this.delays.warmUpMs || (upMs >= this.delays.silentMs && this.others().length === 0);
  }

  get isFirst(): boolean {
    return this.isReady && this.others().every((replica) => replica > this.own);
  }

  private others(): string[] {
    const sinceMs = this.now() - this.delays.silentMs;
    for (const [replica, atMs] of this.heardAtMs) if (atMs < sinceMs) this.heardAtMs.delete(replica);
    return [...this.heardAtMs.keys()];
  }
}
