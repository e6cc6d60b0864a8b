// Sets of seqs as closed ranges.
import type { SeqRange } from '@natter/contracts/notifications';

/** @param ranges in rising order */
export function holds(ranges: readonly SeqRange[], seq: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = ranges[middle]!;
    if (seq < first) high = middle - 1;
    else if (seq > last) low = middle + 1;
    else return true;
  }
  return false;
}

/** The fewest ranges, in rising order, that hold these seqs and no other. */
export function rangesOf(seqs: Iterable<number>): SeqRange[] {
  const ranges: SeqRange[] = [];
  for (const seq of [...seqs].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last && seq <= last[1] + 1) last[1] = seq;
    else ranges.push([seq, seq]);
  }
  return ranges;
}

/** As PostgreSQL writes an int8multirange. */
export const asMultirange = (ranges: readonly SeqRange[]): string =>
  `{${ranges.map(([first, last]) => `[${first},${last}]`).join(',')}}`;
