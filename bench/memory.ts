// Memory that processes really take: PSS shares out what several of them have in common (man 5 proc).
import { readFileSync } from 'node:fs';
import { withChildren } from './cpu.js';

/** Bytes of each named process and its living descendants. */
export function pssBytes(pids: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...pids].map(([name, pid]) => [name, withChildren(pid).reduce((sum, one) => sum + pssOf(one), 0)]));
}

function pssOf(pid: number): number {
  try {
    const [, kib = '0'] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
    return Number(kib) * 1_024;
  } catch {
    return 0; // it has ended
  }
}
