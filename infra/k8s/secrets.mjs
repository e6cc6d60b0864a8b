// `node infra/k8s/secrets.mjs > secrets.yaml`: secrets.example.yaml with fresh keys to the bus and a password for the administrator. The
// rest of it is to be filled in by hand.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { newSeed, publicKeyOf } from '../../packages/service-kit/nkeys.mjs';

/**
 * Puts keys where `<seed of …>` and `<public key of …>` stand, a pair for each name, and a password where `<password>` does.
 *
 * @param {string} template
 * @returns {string}
 */
export function withFreshSecrets(template) {
  const seeds = new Map();
  const seedOf = (name) => seeds.get(name) ?? seeds.set(name, newSeed()).get(name);
  return template
    .replace(/<seed of ([a-z-]+)>/g, (_, name) => seedOf(name))
    .replace(/<public key of ([a-z-]+)>/g, (_, name) => publicKeyOf(seedOf(name)))
    .replaceAll('<password>', () => randomBytes(24).toString('hex'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const template = readFileSync(new URL('secrets.example.yaml', import.meta.url), 'utf8');
  process.stdout.write(withFreshSecrets(template));
}
