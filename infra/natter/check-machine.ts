// The doctor at the machine: open files, disk, the data folder, ports.
import { existsSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { launcherOf } from '@natter/infra/data-folder';
import { portHolder } from '@natter/infra/port-holder';
import { listenFault } from '@natter/infra/ports';
import { type Finding, ok, unknown, wrong } from './finding.js';
import { count, size } from './say.js';
import type { Settings } from './settings.js';

/** A gateway needs one open file a socket, and some hundred for the rest. */
const OPEN_FILES = 4_096;
const FREE_BYTES = 2 * 1024 ** 3;
const FREE_PART = 0.05;

export async function checkMachine(settings: Settings): Promise<Finding[]> {
  const onOurs = settings.databaseUrls === undefined && settings.databaseUrl === undefined;
  const places = [
    ...(onOurs ? [settings.dataDir] : []),
    ...(settings.filesDir === undefined ? [] : [settings.filesDir]),
  ];
  const disks = new Map(places.map(existing).map((path) => [statSync(path).dev, path]));
  const found = [openFiles(readLimits()), ...[...disks.values()].map(disk)];
  if (settings.databaseUrls !== undefined) return found; // in containers, where neither a data folder nor the port is ours
  return [...found, ...(onOurs ? [secrets(settings.dataDir)] : []), await port(settings)];
}

/** @param limits of this process, as /proc tells them; null where there is no /proc */
export function openFiles(limits: string | null): Finding {
  const [, hard] = /^Max open files\s+\S+\s+(\d+|unlimited)/m.exec(limits ?? '') ?? [];
  if (hard === undefined) return unknown('open files: this system does not tell the limit');
  const limit = hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard);
  if (limit >= OPEN_FILES) {
    return ok(`open files: ${limit === Number.POSITIVE_INFINITY ? 'no limit' : count(limit, 'file')} a process`);
  }
  return wrong(
    `open files: at most ${limit} a process, so a gateway can hold fewer sockets than that`,
    'Raise it: `ulimit -Hn 65536` as root in the shell that starts Natter, or LimitNOFILE=65536 in its systemd unit.',
  );
}

function readLimits(): string | null {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return null;
  }
}

function disk(path: string): Finding {
  const { bavail, blocks, bsize } = statfsSync(path);
  return freeSpace(path, bavail * bsize, blocks * bsize);
}

export function freeSpace(path: string, free: number, all: number): Finding {
  const what = `disk: ${size(free)} of ${size(all)} free for ${path}`;
  if (free >= FREE_BYTES && free >= all * FREE_PART) return ok(what);
  return wrong(what, 'Make room: PostgreSQL stops writing when there is none, and then nothing is acknowledged.');
}

function secrets(dataDir: string): Finding {
  const file = join(dataDir, 'secrets.json');
  if (!existsSync(file)) return unknown(`secrets: none yet in ${dataDir}, made at the first start`);
  const mode = statSync(file).mode & 0o777;
  if ((mode & 0o077) === 0) return ok(`secrets: ${file} is readable by its owner alone`);
  return wrong(`secrets: others may read ${file} (mode ${mode.toString(8)})`, `\`chmod 600 ${file}\``);
}

async function port({ host, port, dataDir }: Settings): Promise<Finding> {
  const fault = await listenFault(port, host);
  if (launcherOf(dataDir) !== null) {
    if (fault === 'EADDRINUSE') return ok(`port: ${port} is answered, as it should be while Natter runs`);
    return unknown(`port: Natter runs, but not on ${port}; set PORT as you do to start it`);
  }
  if (fault === null) return ok(`port: ${port} is free`);
  if (fault === 'EADDRINUSE') {
    const holder = portHolder(port);
    return wrong(
      `port: ${port} is taken${holder ? ` by ${holder}` : ''}`,
      `Stop that, or \`PORT=${port + 1} npm start\`.`,
    );
  }
  return wrong(
    `port: ${host}:${port} cannot be listened on (${fault})`,
    'Set HOST and PORT to an address of this machine.',
  );
}

/** The path, or the nearest folder above it that is there. */
function existing(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : existing(dirname(path));
}
