// How often a room may write to all its sockets. A write costs about the same whatever it carries: where a large room is busy, fewer
// and larger writes leave the time to everything else, the room itself included. A room that is calm is never kept waiting.

/** For each millisecond of writing so many are left to others. */
const restPerWork = 6;
/** No event is kept longer, however large the room is. */
const maxRestMs = 50;

export class Pace {
  private freeAtMs = 0;

  /** @param writeMs what a write to one socket takes */
  constructor(private readonly writeMs: number) {}

  /** @returns how long what has come now may be kept before the next round of writes; 0 when that may begin */
  restMs(nowMs: number): number {
    const leftMs = Math.min(this.freeAtMs - nowMs, maxRestMs);
    return leftMs < 1 ? 0 : leftMs;
  }

  /** A round of writes begins. */
  writes(sockets: number, nowMs: number): void {
    this.freeAtMs = nowMs + sockets * this.writeMs * (1 + restPerWork);
  }
}
