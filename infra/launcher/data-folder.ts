// The data folder, and the right to use it: one launcher at a time. Two on the same folder would stop each
// other's parts, so the second is told and leaves.
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LaunchError } from './launch-error.js';
import { isAlive, type ProcessId, processById } from './processes.js';

const TRIES = 10;
const LOCK = 'launcher.lock';

export interface DataFolder {
  readonly path: string;
  /** The path of a file or folder in it. */
  at(...names: string[]): string;
  /** Lets the next launcher in. */
  release(): void;
}

/**
 * Makes the folder where it is missing and takes it.
 *
 * @throws LaunchError when another launcher that is alive holds it, or it cannot be made
 */
export function takeDataFolder(path: string): DataFolder {
  try {
    mkdirSync(join(path, 'logs'), { recursive: true });
  } catch (error) {
    throw new LaunchError(`The data folder ${path} cannot be made: ${(error as Error).message}`, { cause: error });
  }
  // As root, PostgreSQL runs as another user and must get through; all that is secret in here is mode 0600.
  chmodSync(path, process.getuid?.() === 0 ? 0o711 : 0o700);
  const lock = join(path, LOCK);
  const release = takeLock(lock, path);
  return { path, at: (...names) => join(path, ...names), release };
}

/** The launcher that runs on the data in this folder; null when none does. */
export function launcherOf(path: string): ProcessId | null {
  const holder = readHolder(join(path, LOCK));
  return holder && isAlive(holder) ? holder : null;
}

function takeLock(lock: string, path: string): () => void {
  const self = processById(process.pid);
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(self));
  try {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      try {
        linkSync(mine, lock); // unlike a write, fails when the lock is there: exactly one can win
        return () => rmSync(lock, { force: true });
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = readHolder(lock);
      if (holder && isAlive(holder)) throw inUse(path, holder);
      removeStale(lock, holder);
    }
    throw new LaunchError(`${lock} is left from a launcher that is gone and cannot be removed: remove it by hand.`);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Moved aside rather than removed: had another launcher taken it over meanwhile, its lock is put back. */
function removeStale(lock: string, stale: ProcessId | null): void {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
    if (readHolder(aside)?.pid !== stale?.pid) linkSync(aside, lock);
  } catch {
    // Another launcher was quicker; the next round sees its lock.
  } finally {
    rmSync(aside, { force: true });
  }
}

function readHolder(lock: string): ProcessId | null {
  try {
    return JSON.parse(readFileSync(lock, 'utf8'));
  } catch {
    return null;
  }
}

function inUse(path: string, holder: ProcessId): LaunchError {
  return new LaunchError(
    `Natter already runs on the data in ${path} (launcher pid ${holder.pid}): stop that one, or set NATTER_DATA to another folder.`,
  );
}
