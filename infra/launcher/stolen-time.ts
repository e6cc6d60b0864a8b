// The time that a hypervisor gave to others. Bounds in time are about what Natter does with a machine, and a virtual one may not be
// there for half of a second: that half is nobody's, and is told beside what was measured.
import { readFileSync } from 'node:fs';

interface Ticks {
  all: number;
  stolen: number;
}

/** Begins to watch. @returns tells the share of the processors' time since then that the machine was not given, from 0 to 1 */
export function watchStolenTime(read: () => string = readStat): () => number {
  const before = ticks(read());
  return () => {
    const now = ticks(read());
    return now.all === before.all ? 0 : (now.stolen - before.stolen) / (now.all - before.all);
  };
}

/** Of all processors since the start: user, nice, system, idle, iowait, irq, softirq, steal (man 5 proc). */
function ticks(stat: string): Ticks {
  const numbers = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? '').split(' ').slice(0, 8).map(Number);
  return { all: numbers.reduce((sum, n) => sum + n, 0), stolen: numbers[7] ?? 0 };
}

function readStat(): string {
  try {
    return readFileSync('/proc/stat', 'utf8');
  } catch {
    return ''; // not Linux: nothing is known to be taken
  }
}
