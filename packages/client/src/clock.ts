// Time as the SDK sees it: passed in, so that a test turns it by hand.

export interface Clock {
  /** Milliseconds since some moment; never goes back, unlike the time of day. */
  nowMs(): number;
  /** Runs once after a while; calling what it returns prevents that. */
  after(delayMs: number, run: () => void): () => void;
}

/** A number in [0, 1), as `Math.random`. */
export type Random = () => number;

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
