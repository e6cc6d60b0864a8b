// A stack at work: its supervisors by name, what can be done to them, and how all of it ends.
import type { Backends } from './backends.js';
import type { DataFolder } from './data-folder.js';
import type { DatabaseUrls } from './databases.js';
import { LaunchError } from './launch-error.js';
import type { RunFile } from './leftovers.js';
import type { Part, Stack } from './stack.js';
import type { StackLog } from './stack-log.js';
import { type PartChange, type PartSpec, Supervisor } from './supervisor.js';
import { waitUntil } from './wait.js';

const BACKENDS_TIMEOUT_MS = 60_000; // a database that was killed replays its log first
const READY_TIMEOUT_MS = 60_000;
const HALT_TIMEOUT_MS = 10_000;
const GONE_TIMEOUT_MS = 5_000;
// Together less than the 10 s in which everything has to be down.
const DOORS_STOP_MS = 5_000;
const SERVICES_STOP_MS = 2_000;
const BACKENDS_STOP_MS = 2_500;

export type Addresses = Pick<Stack, 'url' | 'wsUrls' | 'databaseUrls' | 'natsUrl'>;

export class RunningStack implements Stack {
  readonly #backends: Supervisor[] = [];
  readonly #services: Supervisor[] = [];
  readonly #fell = new Set<string>();
  #addresses: Addresses | null = null;
  #stopping: Promise<void> | null = null;

  constructor(
    private readonly folder: DataFolder,
    private readonly log: StackLog,
    private readonly runFile: RunFile,
    private readonly restart: boolean,
  ) {
    process.once('exit', this.#killAll);
  }

  get url(): string {
    return this.#known.url;
  }
  get wsUrls(): readonly string[] {
    return this.#known.wsUrls;
  }
  get databaseUrls(): DatabaseUrls {
    return this.#known.databaseUrls;
  }
  get natsUrl(): string {
    return this.#known.natsUrl;
  }
  get parts(): readonly Part[] {
    return this.#all.map(({ name, process, state }) => ({ name, pid: process?.pid ?? null, state }));
  }

  /** @throws LaunchError when one of them does not come up */
  async startBackends(backends: Pick<Backends, 'parts' | 'databases'>): Promise<DatabaseUrls> {
    for (const spec of backends.parts) this.#backends.push(this.#launch(spec));
    await this.waitReady(BACKENDS_TIMEOUT_MS);
    return backends.databases();
  }

  startServices(specs: readonly PartSpec[], addresses: Addresses): void {
    this.#addresses = addresses;
    for (const spec of specs) this.#services.push(this.#launch(spec));
  }

  async kill(part: string, signal: NodeJS.Signals): Promise<void> {
    const supervisor = this.#find(part);
    const before = supervisor.process;
    if (!before || !supervisor.signal(signal)) throw new Error(`${part} does not run`);
    if (signal !== 'SIGKILL') return;
    const isGone = await waitUntil(() => supervisor.process?.pid !== before.pid, GONE_TIMEOUT_MS, 5);
    if (!isGone) throw new Error(`${part} (pid ${before.pid}) outlived SIGKILL by ${GONE_TIMEOUT_MS} ms`);
  }

  async halt(part: string, timeoutMs = HALT_TIMEOUT_MS): Promise<void> {
    await this.#find(part).stop(timeoutMs);
  }

  start(part: string): void {
    this.#find(part).start();
  }

  async whenReady(part: string, timeoutMs = READY_TIMEOUT_MS): Promise<void> {
    await this.#waitFor([this.#find(part)], timeoutMs);
  }

  async waitReady(timeoutMs = READY_TIMEOUT_MS): Promise<void> {
    await this.#waitFor(this.#all, timeoutMs);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopInOrder();
    return this.#stopping;
  }

  /** Whatever way this process ends (but for SIGKILL), nothing it started outlives it. */
  readonly #killAll = (): void => {
    for (const supervisor of this.#all) supervisor.signal('SIGKILL');
    this.runFile.clear();
    this.folder.release();
  };

  get #all(): Supervisor[] {
    return [...this.#backends, ...this.#services];
  }

  get #known(): Addresses {
    if (!this.#addresses) throw new Error('the stack has no addresses before its services start');
    return this.#addresses;
  }

  /** Doors first: clients are told to reconnect while everything behind still answers. */
  async #stopInOrder(): Promise<void> {
    const isDoor = ({ name }: Supervisor): boolean => name.startsWith('gateway-') || name.startsWith('ws-');
    const end = (parts: Supervisor[], timeoutMs: number): Promise<void[]> =>
      Promise.all(parts.map((part) => part.stop(timeoutMs)));
    await end(this.#services.filter(isDoor), DOORS_STOP_MS);
    await end(
      this.#services.filter((part) => !isDoor(part)),
      SERVICES_STOP_MS,
    );
    await end(this.#backends, BACKENDS_STOP_MS);
    process.off('exit', this.#killAll);
    this.log.close();
    this.folder.release();
  }

  async #waitFor(parts: readonly Supervisor[], timeoutMs: number): Promise<void> {
    const isReady = (part: Supervisor): Promise<boolean> | boolean =>
      part.state === 'ready' && part.spec.isReady().catch(() => false);
    const answers = await Promise.all(
      parts.map(async (part) => {
        let ready = false;
        await waitUntil(
          async () => {
            ready = await isReady(part);
            return ready || !part.wanted; // one that is not meant to run any more ends the wait
          },
          timeoutMs,
          100,
        );
        return ready;
      }),
    );
    const late = parts.filter((_, i) => !answers[i]);
    if (late.length === 0) return;
    const said = late.flatMap(({ name }) => [`  ${name}:`, ...this.log.tail(name).map((line) => `    ${line}`)]);
    const names = late.map(({ name, state }) => `${name} is ${state === 'ready' ? 'not answering' : state}`).join(', ');
    throw new LaunchError([`${names} after ${Math.round(timeoutMs / 1000)} s; said last:`, ...said].join('\n'));
  }

  #find(name: string): Supervisor {
    const found = this.#all.find((part) => part.name === name);
    if (found) return found;
    throw new Error(`there is no part ${name}; there are ${this.#all.map((part) => part.name).join(', ')}`);
  }

  #launch(spec: PartSpec): Supervisor {
    const supervisor = new Supervisor(
      spec,
      {
        line: ({ name }, line, stream) => this.log.hear(name, line, stream),
        change: ({ name }, change) => this.#note(name, change),
      },
      this.restart,
    );
    supervisor.start();
    return supervisor;
  }

  #note(name: string, change: PartChange): void {
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
    if (change.kind === 'started') {
      this.runFile.add(name, change.process);
      return;
    }
    if (change.kind === 'ready') {
      const isBack = this.#fell.delete(name);
      this.log.say('info', `${name} is ${isBack ? 'back' : 'ready'} (${seconds(change.tookMs)})`);
      return;
    }
    this.runFile.remove(name);
    if (change.kind === 'stopped') {
      this.log.say('debug', `${name} stopped`);
      return;
    }
    this.#fell.add(name);
    const next = change.waitMs === null ? 'stays down' : `restarted in ${seconds(change.waitMs)}`;
    this.log.say('warn', `${name} died (${change.cause}) after ${seconds(change.ranMs)}, ${next}`);
  }
}
