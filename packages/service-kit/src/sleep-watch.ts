// Notices that the process slept: SIGSTOP, a paused machine, seconds without processor. What waited for it meanwhile was asked by people
// who have given up, and have often done it another way since: a removal or a joining done a minute late undoes that.
const tickMs = 500;
/** No caller waits much longer than this for an answer. */
const sleptMs = 4_000;

export class SleepWatch {
  private lastTickMs: number;
  private waking = false;

  /**
   * @param wake settles once all that waited while we slept has been read; until then `isWaking`
   * @param now milliseconds of a clock that nobody sets
   */
  constructor(
    private readonly wake: () => Promise<unknown>,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.lastTickMs = now();
    setInterval(() => this.look(), tickMs).unref();
  }

  /** True when what comes now may be as old as the sleep was long: to be refused as not done. */
  get isWaking(): boolean {
    this.look();
    return this.waking;
  }

  private look(): void {
    const nowMs = this.now();
    const slept = nowMs - this.lastTickMs > sleptMs;
    this.lastTickMs = nowMs;
    if (slept && !this.waking) void this.awake();
  }

  private async awake(): Promise<void> {
    this.waking = true;
    try {
      await this.wake();
    } catch {
      // Nobody to be woken yet, or the bus is away: nothing waits there either.
    }
    this.waking = false;
  }
}
