// Tasks that would only slow each other down take turns. Those that go on with something begun go ahead of those that begin, so
// that under a rush some are finished, instead of all being late for ever.

export class Turns {
  private readonly ahead: (() => Promise<void>)[] = [];
  private readonly behind: (() => Promise<void>)[] = [];
  private busy = false;

  /** Runs `task` when it is its turn; it looks itself whether it is too late by then. The line is as long as its callers make it. */
  run<Result>(task: () => Promise<Result>, goesAhead: boolean): Promise<Result> {
    return new Promise((resolve, reject) => {
      (goesAhead ? this.ahead : this.behind).push(() => task().then(resolve, reject));
      if (!this.busy) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.busy = true;
    for (let next = this.next(); next; next = this.next()) await next();
    this.busy = false;
  }

  private next(): (() => Promise<void>) | undefined {
    return this.ahead.shift() ?? this.behind.shift();
  }
}
