// `node infra/k8s/secrets.mjs > secrets.yaml`: secrets.example.yaml with fresh keys to the bus. The rest of it is to be filled in by hand.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { newSeed, publicKeyOf } from '../../packages/service-kit/nkeys.mjs';

/**
 * Puts keys where `<seed of …>` and `<public key of …>` stand, a pair for each name.
 *
 * @param {string} template
 * @returns {string}
 */
export function withFreshKeys(template) {
  const seeds = new Map();
  const seedOf = (name) => seeds.get(name) ?? seeds.set(name, newSeed()).get(name);
  return template
    .replace(/<seed of ([a-z-]+)>/g, (_, name) => seedOf(name))
    .replace(/<public key of ([a-z-]+)>/g, (_, name) => publicKeyOf(seedOf(name)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const template = readFileSync(new URL('secrets.example.yaml', import.meta.url), 'utf8');
  process.stdout.write(withFreshKeys(template));
}
