// Which file a service is started from: one that holds all its modules, where it is not older than what it was made of.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Rewritten by npm whenever it installs something. */
const INSTALLED = 'node_modules/.package-lock.json';

/** The program of a service that has been built; undefined for one that has not. */
export function mainOf(root: string, service: string): string | undefined {
  const compiled = join(root, service, 'dist', 'main.js');
  if (!existsSync(compiled)) return undefined;
  return isBundled(root, service) ? join(root, service, 'dist', 'bundle', 'main.js') : compiled;
}

/** Whether a service has a bundle that is as new as what it is made of. */
export function isBundled(root: string, service: string): boolean {
  const bundle = join(root, service, 'dist', 'bundle');
  try {
    const inputs = JSON.parse(readFileSync(join(bundle, 'inputs.json'), 'utf8')) as string[];
    const { mtimeMs } = statSync(join(bundle, 'main.js'));
    return [INSTALLED, ...inputs].every((file) => statSync(join(root, file)).mtimeMs <= mtimeMs);
  } catch {
    return false; // no bundle, or something it was made of has gone
  }
}
