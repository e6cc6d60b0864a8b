// Tasks that would only slow each other down, one after the other.

export class OneAtATime {
  private last: Promise<unknown> = Promise.resolve();

  /** Runs `task` when those before it are done, however they ended. It looks itself whether it is too late by then. */
  run<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(task);
    this.last = result.catch(() => undefined);
    return result;
  }
}
