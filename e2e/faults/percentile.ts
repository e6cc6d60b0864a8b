// The value below which a part of some numbers lies.

/** @param sorted in rising order; @param part from 0 to 1; undefined of no numbers */
export const percentile = (sorted: readonly number[], part: number): number | undefined =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
