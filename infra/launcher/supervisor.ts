// Keeps one part running: starts it as a process of its own, notices when it is ready and when it dies,
// starts it again after a growing wait, stops it in time. Knows nothing of what the part is.
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Backoff } from './backoff.js';
import { childrenOf, type ProcessId, processById, signalProcess } from './processes.js';
import { waitFor } from './wait.js';

const POLL_MS = 100;

/** How to run one part. */
export interface PartSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Asks for an orderly end: SIGTERM, for PostgreSQL SIGINT. */
  readonly stopSignal: NodeJS.Signals;
  /** Whether its children are part of it and get SIGKILL, SIGSTOP and SIGCONT too (PostgreSQL's backends). */
  readonly wholeTree?: boolean;
  /** Done before every start; a failure counts as a death. */
  beforeStart?(): Promise<void>;
  /** One look, within a second or so. */
  isReady(): Promise<boolean>;
}

export type PartState = 'down' | 'starting' | 'ready' | 'stopping';

export type PartChange =
  | { readonly kind: 'started'; readonly process: ProcessId }
  | { readonly kind: 'ready'; readonly tookMs: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'died'; readonly cause: string; readonly ranMs: number; readonly waitMs: number | null };

export interface SupervisorEvents {
  change(part: Supervisor, change: PartChange): void;
  line(part: Supervisor, line: string, stream: 'stdout' | 'stderr'): void;
}

export class Supervisor {
  #state: PartState = 'down';
  #process: ProcessId | null = null;
  #wanted = false;
  #life: Promise<void> = Promise.resolve();
  #wake = new AbortController();
  readonly #backoff = new Backoff();

  /** @param restart whether a death is followed by a new start without being asked */
  constructor(
    readonly spec: PartSpec,
    private readonly events: SupervisorEvents,
    private readonly restart: boolean,
  ) {}

  get name(): string {
    return this.spec.name;
  }

  get state(): PartState {
    return this.#state;
  }

  /** Null while it is not running. */
  get process(): ProcessId | null {
    return this.#process;
  }

  /** Whether it is meant to run; false after `stop`, or after a death that is not followed by a restart. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /** Makes it run from now on; cuts the wait before a restart short. Returns at once: see `isReady`. */
  start(): void {
    this.#wake.abort();
    if (this.#wanted) return;
    this.#wanted = true;
    this.#life = this.#life.then(() => this.#live());
  }

  /** Asks it to end, and makes it end after `timeoutMs`; it stays down until `start`. Never throws. */
  async stop(timeoutMs: number): Promise<void> {
    this.#wanted = false;
    this.#wake.abort();
    if (this.#process) this.#state = 'stopping';
    this.signal('SIGCONT'); // one that was paused could not hear the next signal
    this.signal(this.spec.stopSignal);
    if (await waitFor(this.#life, timeoutMs)) return;
    this.signal('SIGKILL');
    await waitFor(this.#life, 2_000);
  }

  /** Sends it a signal; false when it is not running. What follows is as if the signal came from outside. */
  signal(signal: NodeJS.Signals): boolean {
    const target = this.#process;
    if (!target) return false;
    const all = this.spec.wholeTree && ['SIGKILL', 'SIGSTOP', 'SIGCONT'].includes(signal);
    const children = all ? childrenOf(target.pid) : [];
    const sent = signalProcess(target, signal);
    for (const child of children) signalProcess(child, signal);
    return sent;
  }

  async #live(): Promise<void> {
    while (this.#wanted) {
      const startedMs = Date.now();
      const cause = await this.#runOnce(startedMs).catch((error: Error) => error.message);
      this.#process = null;
      this.#state = 'down';
      if (!this.#wanted) break;
      const ranMs = Date.now() - startedMs;
      if (!this.restart) {
        this.#wanted = false;
        this.events.change(this, { kind: 'died', cause, ranMs, waitMs: null });
        return;
      }
      const waitMs = this.#backoff.next(ranMs);
      this.#wake = new AbortController();
      this.events.change(this, { kind: 'died', cause, ranMs, waitMs });
      await sleep(waitMs, undefined, { signal: this.#wake.signal }).catch(() => undefined);
    }
    this.events.change(this, { kind: 'stopped' });
  }

  /** One life of the process, from before its start to its end; answers what ended it. */
  async #runOnce(startedMs: number): Promise<string> {
    this.#state = 'starting';
    await this.spec.beforeStart?.();
    if (!this.#wanted) return 'stopped';
    const { command, args, env, cwd, uid, gid } = this.spec;
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a session of its own: Ctrl-C at the terminal reaches the launcher alone, which stops in order
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    });
    const ended = endOf(child);
    this.#process = child.pid === undefined ? null : processById(child.pid);
    if (this.#process) this.events.change(this, { kind: 'started', process: this.#process });
    this.#read(child.stdout, 'stdout');
    this.#read(child.stderr, 'stderr');
    void this.#watchReadiness(child, startedMs);
    return await ended;
  }

  async #watchReadiness(child: ChildProcess, startedMs: number): Promise<void> {
    while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      if (this.#state !== 'starting') return;
      if (await this.spec.isReady().catch(() => false)) {
        if (this.#process?.pid !== child.pid || this.#state !== 'starting') return;
        this.#state = 'ready';
        this.events.change(this, { kind: 'ready', tookMs: Date.now() - startedMs });
        return;
      }
      await sleep(POLL_MS);
    }
  }

  #read(stream: Readable, name: 'stdout' | 'stderr'): void {
    createInterface({ input: stream }).on('line', (line) => {
      if (line !== '') this.events.line(this, line, name);
    });
  }
}

/** Settles with `exit 1`, `SIGKILL` or why it could not be started at all. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit ${code}`));
  });
}
