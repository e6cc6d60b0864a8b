// How much of something one user may have going at a time, so that nobody takes the place of others by being slow.
import { NatterError } from '@natter/contracts/errors';

const retryAfterMs = 2_000;

export class Slots {
  private readonly taken = new Map<string, number>();
  private total = 0;

  /** @param perUser and `all`: how many at a time */
  constructor(
    private readonly perUser: number,
    private readonly all: number,
  ) {}

  /**
   * @returns gives the slot back; to be called once
   * @throws NatterError `rate_limited`: this user has all of theirs; `unavailable`: all are taken
   */
  take(user: string): () => void {
    const own = this.taken.get(user) ?? 0;
    if (own >= this.perUser) {
      const detail = `at most ${this.perUser} at a time`;
      throw new NatterError('rate_limited', { retryAfterMs, detail });
    }
    if (this.total >= this.all) throw new NatterError('unavailable', { retryAfterMs });
    this.taken.set(user, own + 1);
    this.total++;
    return () => {
      this.total--;
      const left = (this.taken.get(user) ?? 1) - 1;
      if (left > 0) this.taken.set(user, left);
      else this.taken.delete(user);
    };
  }
}
