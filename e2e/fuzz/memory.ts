// How much memory every process holds once it has settled, and whether that grew as the run went on.
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from '@natter/infra/processes';
import type { PartSpec } from '@natter/infra/stack';
import type { System } from '../harness/stack.js';
import type { Breach } from './breach.js';

const MIB = 1_048_576;
/** Twice, with time between: what the first one finalises the second one frees. */
const COLLECTIONS = 2;
const SETTLE_MS = 1_500;

/** Bytes held by a part after one third of the run. */
export interface Held {
  /** Anonymous memory of the whole process tree: what PostgreSQL's processes share is in none of them. */
  resident: number;
  /** Heap and buffers in use after a collection; null for what is no Node. */
  used: number | null;
  /** Open files and sockets. */
  files: number;
}

export interface Growth {
  part: string;
  thirds: Held[];
  /** What `resident` may have grown between the first third and the last. */
  bound: number;
}

/** On SIGUSR2 a Node process of ours collects its garbage. Nothing of it is in the product: it comes with the command line. */
export function collectable(part: PartSpec): PartSpec {
  if (part.command !== process.execPath) return part;
  const hook = 'data:text/javascript,process.on("SIGUSR2",()=>globalThis.gc())';
  return { ...part, args: ['--expose-gc', `--import=${hook}`, ...part.args] };
}

/** Lets everything settle, then measures each part. Nothing must be under way but the bystanders. */
export async function measure(system: System): Promise<Map<string, Held>> {
  const { parts } = system.stack;
  for (let times = 0; times < COLLECTIONS; times += 1) {
    for (const { name, pid } of parts) if (pid !== null && isOurs(name)) process.kill(pid, 'SIGUSR2');
    await sleep(SETTLE_MS);
  }
  const held = new Map<string, Held>();
  for (const { name, pid } of parts) {
    if (pid === null) continue;
    const used = isOurs(name) ? await usedBy(await system.healthUrl(name)) : null;
    const pids = treeOf(pid);
    held.set(name, { resident: sum(pids.map(residentOf)), used, files: sum(pids.map(filesOf)) });
  }
  return held;
}

const isOurs = (part: string): boolean => part !== 'postgres' && part !== 'nats';

/**
 * How much more a part may hold after the last third than after the first, by which time all code is compiled and all pools are open.
 *
 * - ours: 25 % and 24 MiB. V8 gives freed pages back in its own time, and the caches that have bounds (answers to Idempotency-Keys, rates by
 *   address, usernames) may still be filling. Over the last two thirds of a full run, some 165,000 inputs, a leak of 250 bytes an input is 40 MiB.
 * - nats-server and PostgreSQL: 50 % and 64 MiB. Go keeps what it freed for minutes; each backend of PostgreSQL keeps plans and catalogues.
 */
export const boundFor = (part: string, first: Held): number =>
  isOurs(part) ? first.resident * 0.25 + 24 * MIB : first.resident * 0.5 + 64 * MIB;
/** What a collector cannot free is no cache of V8's: 20 % and 12 MiB. */
const usedBound = (first: number): number => first * 0.2 + 12 * MIB;
/** A connection of a pool more or less, a file of PostgreSQL's that was opened since: not one for every socket that came and went. */
const filesBound = (first: number): number => first * 0.5 + 40;

export function growths(thirds: readonly ReadonlyMap<string, Held>[]): Growth[] {
  const [first] = thirds;
  return [...(first ?? [])].map(([part, held]) => ({
    part,
    thirds: thirds.flatMap((third) => third.get(part) ?? []),
    bound: boundFor(part, held),
  }));
}

export function grown({ part, thirds, bound }: Growth): Breach[] {
  const [first, last] = [thirds[0], thirds.at(-1)];
  if (!first || !last || thirds.length < 3) return [];
  const mib = (bytes: number | null): string => `${((bytes ?? 0) / MIB).toFixed(0)} MiB`;
  const says = (what: string, from: number | null, to: number | null): Breach => ({
    kind: 'memory',
    says: `${part}: ${what} grew from ${mib(from)} to ${mib(to)}`,
    piece: 'thirds',
  });
  const found: Breach[] = [];
  if (last.resident - first.resident > bound) found.push(says('resident memory', first.resident, last.resident));
  if (first.used !== null && last.used !== null && last.used - first.used > usedBound(first.used))
    found.push(says('memory in use', first.used, last.used));
  if (last.files - first.files > filesBound(first.files))
    found.push({ kind: 'memory', says: `${part}: ${first.files} open files became ${last.files}`, piece: 'thirds' });
  return found;
}

async function usedBy(healthUrl: string): Promise<number> {
  const text = await (await fetch(`${healthUrl}/metrics`)).text();
  const value = (name: string): number =>
    Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1] ?? 0);
  return value('nodejs_heap_size_used_bytes') + value('nodejs_external_memory_bytes');
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

function filesOf(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return 0; // it has just ended
  }
}

function residentOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024;
  } catch {
    return 0; // it has just ended
  }
}

/** A process and all below it. */
const treeOf = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap((child) => treeOf(child.pid))];
