// The message bus: a real nats-server with JetStream, from this system. npm has none, so it is looked for,
// on Debian and Ubuntu installed, and otherwise asked for in one sentence.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BusUser, busUsers, nkeyVariable } from '@natter/contracts/bus-access';
import { newSeed, publicKeyOf } from '../../packages/service-kit/nkeys.mjs';
import { LaunchError } from './launch-error.js';
import { keptSecrets } from './secrets.js';
import type { PartSpec } from './supervisor.js';

const CONFIG = fileURLToPath(new URL('../nats/nats.conf', import.meta.url));
const OLDEST = [2, 9] as const;
const PROBE_TIMEOUT_MS = 1_000;
const APT_TIMEOUT_MS = 180_000;
// Debian keeps servers in sbin, which is not on a normal user's PATH.
const MORE_FOLDERS = ['/usr/local/bin', '/usr/local/sbin', '/usr/sbin', '/usr/bin', '/opt/homebrew/bin'];

export type NatsSeeds = Readonly<Record<BusUser, string>>;

/** The seed of each service's key on the bus, read from the file or made and written there. */
export function keptSeeds(file: string): NatsSeeds {
  const kept = keptSecrets(file, busUsers.map(nkeyVariable), newSeed);
  return Object.fromEntries(busUsers.map((user) => [user, kept[nkeyVariable(user)]])) as NatsSeeds;
}

export interface NatsServer {
  readonly part: PartSpec;
  readonly url: string;
}

/** Prepares a server that knows these keys; the part is not started. The folder for JetStream is made when missing. */
export function natsServer(binary: string, folder: string, port: number, seeds: NatsSeeds): NatsServer {
  mkdirSync(folder, { recursive: true });
  const part: PartSpec = {
    name: 'nats',
    command: binary,
    args: ['-c', CONFIG],
    // Values from the environment are parsed as configuration: the quotes keep odd characters in a path.
    env: {
      NATS_HOST: '"127.0.0.1"',
      NATS_PORT: String(port),
      NATS_STORE: JSON.stringify(folder),
      ...Object.fromEntries(busUsers.map((user) => [nkeyVariable(user), publicKeyOf(seeds[user])])),
    },
    stopSignal: 'SIGTERM',
    isReady: () => greets(port),
  };
  return { part, url: `nats://127.0.0.1:${port}` };
}

/**
 * Finds nats-server: NATS_SERVER, then PATH, then, as root on Debian or Ubuntu, from the package archive.
 *
 * @param say told when something is installed
 * @throws LaunchError with what to type, when there is none or it is too old
 */
export function findNatsServer(env: NodeJS.ProcessEnv, say: (sentence: string) => void): string {
  const named = env['NATS_SERVER'];
  if (named && !existsSync(named)) throw new LaunchError(`NATS_SERVER names ${named}, which does not exist.`);
  const binary = named ?? onPath(env['PATH']) ?? install(say);
  const version = /v?(\d+)\.(\d+)/.exec(versionOf(binary));
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    throw new LaunchError(
      `${binary} is version ${major}.${minor}; Natter needs nats-server ${OLDEST.join('.')} or later.`,
    );
  }
  return binary;
}

/** Whether a server that has JetStream greets there: it says so in its first line. */
function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: PROBE_TIMEOUT_MS });
    const answer = (isReady: boolean): void => {
      socket.destroy();
      resolve(isReady);
    };
    socket.once('data', (data) => answer(data.includes('"jetstream":true')));
    socket.once('timeout', () => answer(false));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });
}

function onPath(path = ''): string | undefined {
  const name = process.platform === 'win32' ? 'nats-server.exe' : 'nats-server';
  return [...path.split(delimiter), ...MORE_FOLDERS]
    .map((folder) => join(folder, name))
    .find((file) => existsSync(file));
}

function install(say: (sentence: string) => void): string {
  const hasApt = existsSync('/usr/bin/apt-get');
  if (!hasApt || process.getuid?.() !== 0) throw missing(hasApt);
  say('nats-server is not installed: installing it with apt-get');
  try {
    run('apt-get', ['-qq', 'update'], APT_TIMEOUT_MS);
    run('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', 'nats-server'], APT_TIMEOUT_MS);
  } catch (error) {
    throw new LaunchError(
      'apt-get could not install nats-server; see https://github.com/nats-io/nats-server/releases',
      { cause: error },
    );
  }
  const installed = onPath();
  if (!installed) throw missing(hasApt);
  return installed;
}

function missing(hasApt: boolean): LaunchError {
  const command = hasApt
    ? 'sudo apt-get install nats-server'
    : process.platform === 'darwin'
      ? 'brew install nats-server'
      : existsSync('/sbin/apk')
        ? 'apk add nats-server'
        : null;
  const advice = command ? `type \`${command}\`` : 'get it from https://github.com/nats-io/nats-server/releases';
  return new LaunchError(
    `nats-server, the message bus, is not installed: ${advice}, or set NATS_SERVER to its path or NATS_URL to a running one.`,
  );
}

function versionOf(binary: string): string {
  try {
    return run(binary, ['--version'], PROBE_TIMEOUT_MS * 5);
  } catch (error) {
    throw new LaunchError(`${binary} does not run as nats-server: \`${binary} --version\` failed.`, { cause: error });
  }
}

function run(command: string, args: readonly string[], timeout: number): string {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return execFileSync(command, args, { encoding: 'utf8', timeout, env, stdio: ['ignore', 'pipe', 'pipe'] });
}
