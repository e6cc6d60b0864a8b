// Who a pid is. A pid alone says little: the kernel reuses it. With the moment the process began it names
// one process for good, also across a restart of the launcher and of the machine.
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** One process: `started` tells it from any other that had or will have the same pid. */
export interface ProcessId {
  readonly pid: number;
  readonly started: string;
}

/** The process that has this pid now, or null when none has (one that only awaits burial counts as none). */
export function processById(pid: number): ProcessId | null {
  const started = process.platform === 'linux' ? startedByProc(pid) : startedByPs(pid);
  return started === null ? null : { pid, started };
}

export function isAlive(id: ProcessId): boolean {
  return processById(id.pid)?.started === id.started;
}

/** Sends a signal to the process if it is still this one; a process that is gone is no error. */
export function signalProcess(id: ProcessId, signal: NodeJS.Signals): boolean {
  if (!isAlive(id)) return false;
  try {
    return process.kill(id.pid, signal);
  } catch {
    return false;
  }
}

/** The direct children of a process; empty where the system does not say (PostgreSQL's backends are such). */
export function childrenOf(pid: number): ProcessId[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && statFields(Number(name))?.[1] === String(pid))
    .map((name) => processById(Number(name)))
    .filter((id) => id !== null);
}

/** The command a process runs, for a sentence about it. */
export function commandOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || null;
  } catch {
    return null;
  }
}

function startedByProc(pid: number): string | null {
  const fields = statFields(pid);
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return null;
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
  return `${boot}:${fields[19]}`;
}

/** Fields of /proc/<pid>/stat from the third on: state, parent, …; the second may hold blanks and brackets. */
function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function startedByPs(pid: number): string | null {
  try {
    const options: ExecFileSyncOptionsWithStringEncoding = {
      encoding: 'utf8',
      timeout: 5_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    };
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], options).trim() || null;
  } catch {
    return null;
  }
}
