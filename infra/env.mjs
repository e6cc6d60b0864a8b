// `node infra/env.mjs`, or `npm run natter -- env`: makes .env, the settings of `docker compose up`, from .env.example with fresh
// secrets. Needs Node and nothing else, so that a machine with Docker alone can be set up from a container.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newSeed, publicKeyOf } from '../packages/service-kit/nkeys.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Fills in the template: what is set in `given` is taken from there, what is empty is made. The rest stays as it is.
 *
 * @param {string} template lines of `NAME=value`, comments and empty lines
 * @param {Readonly<Record<string, string | undefined>>} given
 * @returns {string}
 */
export function filledIn(template, given) {
  const values = new Map();
  const { HTTP_PORT: address, NATTER_ORIGINS: origins } = given;
  const port = address?.split(':').at(-1);
  const known = port && port !== '80' && !origins ? { ...given, NATTER_ORIGINS: `http://localhost:${port}` } : given;
  return template.replace(/^([A-Z_]+)=(.*)$/gm, (_, name, preset) => {
    const value = known[name] || preset || made(name, values);
    if (/[\n\r'"$\\# ]/.test(value))
      throw Object.assign(new Error(`${name} has a character that .env cannot hold`), { code: 'EINVAL' });
    values.set(name, value);
    return `${name}=${value}`;
  });
}

/** Hexadecimal, since passwords stand in URLs. */
function made(name, values) {
  if (name.endsWith('_NKEY_SEED')) return newSeed();
  if (name.endsWith('_NKEY')) return publicKeyOf(values.get(`${name}_SEED`));
  return name.endsWith('_USERNAME') ? 'admin' : randomBytes(24).toString('hex');
}

/**
 * Writes `<folder>/.env`, readable by its owner only.
 *
 * @returns {string} what to tell the operator
 * @throws {Error} with one sentence, and a `code`, when there is one already
 */
export function writeEnv(folder, given) {
  const file = join(folder, '.env');
  if (existsSync(file)) {
    const message = `${file} is there already, and its passwords open the data: it stays as it is.`;
    throw Object.assign(new Error(message), { code: 'EEXIST' });
  }
  const text = filledIn(readFileSync(join(folder, '.env.example'), 'utf8'), given);
  writeFileSync(file, text, { mode: 0o600, flag: 'wx', flush: true });
  return `${file} is written, with fresh secrets. The administrator's name and password stand in it. Next: docker compose up --build`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(writeEnv(ROOT, process.env));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
