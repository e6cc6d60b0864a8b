// Passwords of the embedded database and keys of the bus, made at the first start and kept with the data they open.
import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LaunchError } from './launch-error.js';

/**
 * A secret for each name, read from the file or made and written there (mode 0600).
 *
 * @throws LaunchError when the file is there but unreadable: new passwords would not open the old data
 */
export function keptSecrets<Name extends string>(
  file: string,
  names: readonly Name[],
  make = newPassword,
): Record<Name, string> {
  const secrets = readSecrets(file);
  const missing = names.filter((name) => secrets[name] === undefined);
  for (const name of missing) secrets[name] = make();
  if (missing.length > 0) replace(file, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets as Record<Name, string>;
}

/** Written beside its place and moved there: whatever dies meanwhile, the passwords that open the data are kept. */
function replace(file: string, text: string): void {
  const next = `${file}.next`;
  rmSync(next, { force: true });
  writeFileSync(next, text, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(next, file);
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

const newPassword = (): string => randomBytes(24).toString('base64url');

function readSecrets(file: string): Record<string, string> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new LaunchError(`${file}, which holds the passwords and keys, cannot be read: ${String(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new LaunchError(`${file}, which holds the passwords and keys, is damaged: restore it from a backup.`);
  }
}
