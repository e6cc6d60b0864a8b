// How often a room may write to all its sockets. A write costs about the same whatever it carries: where a large room is busy, fewer
// and larger writes leave the time to everything else, the room itself included. A room that is calm is never kept waiting.

/** For each millisecond of writing so many are left to others. */
const restPerWork = 6;
/** Nobody waits longer for an event, however large the room is. */
const maxRestMs = 50;

export class Pace {
  private freeAtMs = 0;

  /** @param writeMs what a write to one socket takes */
  constructor(private readonly writeMs: number) {}

  /** @returns how long to wait before the next round of writes; 0 when it may begin */
  restMs(nowMs: number): number {
    const leftMs = this.freeAtMs - nowMs;
    return leftMs < 1 ? 0 : leftMs;
  }

  /** A round of writes begins. */
  writes(sockets: number, nowMs: number): void {
    const workMs = sockets * this.writeMs;
    this.freeAtMs = nowMs + workMs + Math.min(workMs * restPerWork, maxRestMs);
  }
}
