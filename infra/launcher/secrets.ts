// Passwords of the embedded database and keys of the bus, made at the first start and kept with the data they open.
import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
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
  if (missing.length > 0) {
    writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flush: true });
    chmodSync(file, 0o600);
  }
  return secrets as Record<Name, string>;
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
