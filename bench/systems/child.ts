// Programs that peers are made of: started, waited for until their port answers, ended for good.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const startMs = 15_000;
const lookMs = 20;

export class Child {
  private said = '';

  private constructor(
    private readonly process: ChildProcess,
    private readonly name: string,
  ) {
    process.stderr?.on('data', (text: Buffer) => (this.said = (this.said + text.toString()).slice(-2_000)));
  }

  /** @throws Error with the program's last words when nothing listens on the port within 15 s */
  static async start(
    name: string,
    command: string,
    args: readonly string[],
    port: number,
    env: Record<string, string> = {},
  ): Promise<Child> {
    const options = {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'ignore', 'pipe'] as ['ignore', 'ignore', 'pipe'],
    };
    const child = new Child(spawn(command, args, options), name);
    for (
      const untilMs = Date.now() + startMs;
      Date.now() < untilMs && child.process.exitCode === null;
      await sleep(lookMs)
    )
      if (await isListening(port)) return child;
    child.process.kill('SIGKILL');
    throw new Error(`${name} does not start: ${child.said}`);
  }

  get pid(): number {
    return this.process.pid ?? 0;
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 3_000);
    await ended;
    clearTimeout(timer);
  }
}

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });

/**
 * Why a program of the system cannot be used; installs it from Debian's archive when that may be done.
 * @param file shows that the package is there
 */
export function missing(file: string, packages: string): string | undefined {
  if (existsSync(file)) return undefined;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return `apt-get install ${packages}`;
  console.log(`installing ${packages} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages.split(' ')]])
    spawnSync('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'inherit'], timeout: 300_000 });
  return existsSync(file) ? undefined : `apt-get install ${packages}`;
}
