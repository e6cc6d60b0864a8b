// What a load counted.

export class Tally {
  acked = 0;
  delivered = 0;
  refused = 0;
  /** Milliseconds from send to ack, of every send. */
  ackMs: number[] = [];
  /** Milliseconds from send to delivery, of a sample. */
  deliveryMs: number[] = [];

  /** Forgets what was counted so far: warming up is over. */
  reset(): void {
    this.acked = this.delivered = this.refused = 0;
    this.ackMs = [];
    this.deliveryMs = [];
  }
}

/** @param share 0.5 is the median; NaN of nothing */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
