// One installation in containers, apart from every other on this machine: its project, .env, network, port, images and backups are
// its own. Nothing is left of it when it is removed but its images.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chownSync,
  closeSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { until } from '../harness/wait.js';
import { type Container, containersIn, isWell } from './container.js';
import { docker, type DockerOptions, type Ended, tryDocker } from './docker.js';
import { freeSubnet } from './subnet.js';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const LOCAL = '127.0.0.1';
/** Who Node is in our images. */
const NODE_USER = 1_000;
const WELL_MS = 180_000;
const LOOK_MS = 250;

/** Of every service that has not one. */
export const REPLICAS: Readonly<Record<string, number>> = { 'ws-gateway': 2 };

const SETTINGS = {
  NATTER_TAG: 'test',
  NATTER_DRAIN_MS: '5000',
  NATTER_RATE_FACTOR: '1000', // people share an address here, and talk faster than people do
  NATTER_ACCESS_TTL: '7200', // signing in again is not what is tested
};

export class Installation {
  #settings: ReadonlyMap<string, string> = new Map();
  #services: Promise<string[]> | undefined;

  private constructor(
    readonly project: string,
    /** Holds .env and the backups. */
    readonly folder: string,
    readonly port: number,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Chooses what is its own, and makes .env.
   *
   * @param signal ends whatever is under way
   */
  static async prepare(signal: AbortSignal): Promise<Installation> {
    const port = await freePort();
    const subnet = freeSubnet(await takenNetworks());
    const folder = mkdtempSync(join(tmpdir(), 'natter-compose-'));
    const backups = join(folder, 'backups');
    mkdirSync(backups);
    chownSync(backups, NODE_USER, NODE_USER);
    const own = { ...SETTINGS, NATTER_SUBNET: subnet, NATTER_BACKUPS: backups };
    copyFileSync(join(ROOT, '.env.example'), join(folder, '.env.example'));
    const lines = Object.entries(own).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(folder, '.env.example'), lines.join(''), { flag: 'a' });
    const installation = new Installation(`natter-test-${process.pid}`, folder, port, signal);
    await installation.makeSecrets();
    return installation;
  }

  /** Writes .env as an operator does; where there is one, another. */
  async makeSecrets(): Promise<void> {
    const file = join(this.folder, '.env');
    rmSync(file, { force: true });
    const program = pathToFileURL(join(ROOT, 'infra/env.mjs')).href;
    const { writeEnv }: typeof import('../../infra/env.mjs') = await import(program);
    writeEnv(this.folder, { HTTP_PORT: `${LOCAL}:${this.port}`, NATTER_ORIGINS: this.url });
    const written = readFileSync(file, 'utf8').matchAll(/^(\w+)=(.*)$/gm);
    this.#settings = new Map([...written].map(([, name = '', value = '']) => [name, value]));
  }

  get url(): string {
    return `http://${LOCAL}:${this.port}`;
  }

  get backups(): string {
    return join(this.folder, 'backups');
  }

  setting(name: string): string {
    const value = this.#settings.get(name);
    if (value === undefined) throw new Error(`.env has no ${name}`);
    return value;
  }

  /** `docker compose` for this project. @returns what it printed. @throws Error with its last words */
  compose(args: readonly string[], options: DockerOptions = {}): Promise<string> {
    return docker([...this.#words(), ...args], { signal: this.signal, ...options });
  }

  /** What an operator would have to type, to do something to it. */
  commandLine(command: string): string {
    return `docker ${this.#words().join(' ')} ${command}`;
  }

  /** The same with an .env of its own choice, whatever comes of it. */
  tryWith(envFile: string, args: readonly string[]): Promise<Ended> {
    return tryDocker([...this.#words(envFile), ...args], { signal: this.signal });
  }

  /** All that there are, running or not. */
  async containers(service?: string): Promise<Container[]> {
    const ids = await this.#list(['ps', '--all', '--quiet', '--no-trunc']);
    if (ids.length === 0) return [];
    const { out } = await tryDocker(['inspect', ...ids]); // says what it knows when one of them goes meanwhile
    return containersIn(out).filter((container) => service === undefined || container.service === service);
  }

  /** Waits until all containers run and say that they are well, and there are as many as there should be. */
  async whenWell(replicas: Readonly<Record<string, number>> = REPLICAS): Promise<Container[]> {
    let seen: Container[] = [];
    const services = await this.services();
    const isComplete = (): boolean =>
      seen.every(isWell) &&
      services.every((name) => seen.filter(({ service }) => service === name).length === (replicas[name] ?? 1));
    try {
      return await until(
        'all containers are well',
        async () => {
          this.signal.throwIfAborted();
          seen = await this.containers();
          return isComplete() && seen;
        },
        WELL_MS,
        LOOK_MS,
      );
    } catch (error) {
      this.signal.throwIfAborted();
      const ill = seen.filter((container) => !isWell(container));
      const states = ill.map(({ name, state, health }) => `${name}: ${state}${health === null ? '' : `, ${health}`}`);
      throw new Error(`after ${WELL_MS / 1_000} s not all is well: ${states.join('; ')}`, { cause: error });
    }
  }

  /** Those that are up when the system is: without the operator's. */
  async services(): Promise<string[]> {
    this.#services ??= this.compose(['config', '--services']).then((text) => text.split('\n').filter(Boolean));
    return await this.#services;
  }

  /** Writes everything any container says to a file, until the installation is gone. */
  follow(file: string): void {
    const sink = openSync(file, 'a');
    const words = [...this.#words(), 'logs', '--follow', '--no-color', '--timestamps'];
    const child = spawn('docker', words, { stdio: ['ignore', sink, sink], detached: true });
    child.on('error', () => undefined); // the logs of the containers are there all the same
    child.unref();
    closeSync(sink);
  }

  /** Containers, volumes and networks, by their kind; empty when nothing is left. */
  async leftovers(): Promise<string[]> {
    const [containers, volumes, networks] = await Promise.all([
      this.#list(['ps', '--all', '--quiet']),
      this.#list(['volume', 'ls', '--quiet']),
      this.#list(['network', 'ls', '--format', '{{.Name}}']),
    ]);
    return [
      ...containers.map((id) => `container ${id}`),
      ...volumes.map((name) => `volume ${name}`),
      ...networks.map((name) => `network ${name}`),
    ];
  }

  /** Takes everything away, also when something else was ended early. @throws Error naming what is left */
  async remove(): Promise<void> {
    const down = ['--profile', 'operator', 'down', '--volumes', '--remove-orphans', '--timeout', '1'];
    const ended = await tryDocker([...this.#words(), ...down]);
    const left = await this.leftovers();
    rmSync(this.folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`${left.join(', ')} could not be removed: ${ended.err.trim()}`);
  }

  #words(envFile = join(this.folder, '.env')): string[] {
    const file = join(ROOT, 'docker-compose.yml');
    return [
      'compose',
      '--project-name',
      this.project,
      '--project-directory',
      ROOT,
      '--file',
      file,
      '--env-file',
      envFile,
    ];
  }

  async #list(args: readonly string[]): Promise<string[]> {
    const label = `label=com.docker.compose.project=${this.project}`;
    return (await docker([...args, '--filter', label])).split('\n').filter(Boolean);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOCAL);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The networks of this machine: its own, and Docker's. */
async function takenNetworks(): Promise<string[]> {
  const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).flatMap(({ cidr }) => cidr ?? []));
  const ids = (await docker(['network', 'ls', '--quiet'])).split('\n').filter(Boolean);
  if (ids.length === 0) return own;
  const subnets = await docker(['network', 'inspect', '--format', '{{range .IPAM.Config}}{{.Subnet}} {{end}}', ...ids]);
  return [...own, ...subnets.split(/\s+/).filter(Boolean)];
}
