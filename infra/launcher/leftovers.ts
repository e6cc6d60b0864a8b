// What a launcher that was killed left running. Every child is written down while it runs, so that the next
// launcher on the same data finds it and stops it: two room-services on one database would do no harm, but
// nobody would watch over the first.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, type ProcessId, signalProcess } from './processes.js';
import { waitUntil } from './wait.js';

const GRACE_MS = 5_000;

export interface RunningChild extends ProcessId {
  readonly name: string;
}

/** The children that run now, on disk. */
export class RunFile {
  readonly #children = new Map<string, RunningChild>();

  constructor(private readonly path: string) {}

  add(name: string, { pid, started }: ProcessId): void {
    this.#children.set(name, { name, pid, started });
    this.#write();
  }

  remove(name: string): void {
    if (this.#children.delete(name)) this.#write();
  }

  clear(): void {
    this.#children.clear();
    this.#write();
  }

  /** What the last launcher wrote down; nothing when it stopped in order, or the file is unreadable. */
  readLast(): RunningChild[] {
    try {
      const { children } = JSON.parse(readFileSync(this.path, 'utf8'));
      return Array.isArray(children) ? children : [];
    } catch {
      return [];
    }
  }

  #write(): void {
    if (this.#children.size === 0) return rmSync(this.path, { force: true });
    const next = `${this.path}.next`;
    writeFileSync(next, `${JSON.stringify({ children: [...this.#children.values()] }, null, 2)}\n`);
    renameSync(next, this.path);
  }
}

/**
 * Stops those of the children that still run: services first, then the bus, then the database, as always.
 *
 * @param say told one sentence for each
 */
export async function stopLeftovers(children: readonly RunningChild[], say: (sentence: string) => void): Promise<void> {
  const alive = children.filter(isAlive);
  for (const { name, pid } of alive)
    say(`${name} (pid ${pid}) was left running by a launcher that was killed: stopping it`);
  const isBackend = ({ name }: RunningChild): boolean => name === 'postgres' || name === 'nats';
  await stopAll(alive.filter((child) => !isBackend(child)));
  await stopAll(alive.filter(isBackend));
}

async function stopAll(children: readonly RunningChild[]): Promise<void> {
  for (const child of children) {
    signalProcess(child, 'SIGCONT');
    signalProcess(child, child.name === 'postgres' ? 'SIGINT' : 'SIGTERM'); // to PostgreSQL, SIGTERM means «when all have left»
  }
  if (await waitUntil(() => !children.some(isAlive), GRACE_MS)) return;
  for (const child of children) signalProcess(child, 'SIGKILL');
  await waitUntil(() => !children.some(isAlive), GRACE_MS);
}
