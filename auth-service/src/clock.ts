/** The time, passed in so that tests can move it. Replicas share rules about time: their machines' clocks must agree to a second. */
export class Clock {
  /** Milliseconds since 1970. */
  now(): number {
    return Date.now();
  }
}
