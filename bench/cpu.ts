// CPU time that processes used, from /proc: beside throughput it tells what a message costs, for the generator shares the cores.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { total } from './by-part.js';

/** Linux counts in USER_HZ, which is 100 on every architecture Node runs on (man 5 proc). */
const ticksPerSecond = 100;

interface Stat {
  parent: number;
  seconds: number;
}

function statOf(pid: number): Stat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // utime, stime, and the same of children that have ended: a database connection that closes takes nothing away.
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { parent: Number(fields[1]), seconds: ticks / ticksPerSecond };
  } catch {
    return undefined; // it has ended
  }
}

function allProcesses(): Map<number, Stat> {
  const all = new Map<number, Stat>();
  for (const entry of readdirSync('/proc')) {
    const stat = /^\d+$/.test(entry) ? statOf(Number(entry)) : undefined;
    if (stat !== undefined) all.set(Number(entry), stat);
  }
  return all;
}

/** A process and its living descendants (PostgreSQL's backends). */
export function withChildren(pid: number, all = allProcesses()): number[] {
  return [pid, ...[...all].flatMap(([child, { parent }]) => (parent === pid ? withChildren(child, all) : []))];
}

/** CPU-seconds of each named process and its descendants so far. */
export function cpuSeconds(pids: ReadonlyMap<string, number>): Map<string, number> {
  const all = allProcesses();
  const used = (pid: number): number =>
    withChildren(pid, all).reduce((sum, one) => sum + (all.get(one)?.seconds ?? 0), 0);
  return new Map([...pids].map(([name, pid]) => [name, used(pid)]));
}

const calmCores = 0.2;
const calmLookMs = 1_000;
const calmWithinMs = 60_000;

/** Waits until what thousands who came in have left to do is done, so that it is not measured with what comes next; at most a minute. */
export async function untilCalm(pids: ReadonlyMap<string, number>): Promise<void> {
  const untilMs = performance.now() + calmWithinMs;
  const used = (): number => total(cpuSeconds(pids));
  for (let before = used(); performance.now() < untilMs; ) {
    await sleep(calmLookMs);
    const now = used();
    if (now - before < calmCores * (calmLookMs / 1_000)) return;
    before = now;
  }
}
