/** Counts what happened within a sliding window; remembers no more than `most + 1` times. */
export class RecentCount {
  private times: number[] | undefined;

  constructor(
    private readonly most: number,
    private readonly windowMs: number,
  ) {}

  /** Notes one more. @returns true when there were more than `most` within the window */
  add(nowMs: number): boolean {
    this.times = (this.times ?? []).filter((time) => nowMs - time < this.windowMs);
    this.times.push(nowMs);
    if (this.times.length <= this.most) return false;
    this.times.shift();
    return true;
  }
}
