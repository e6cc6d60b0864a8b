// .env as it is made, against what docker-compose.yml asks for.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { busUsers, nkeyVariable } from '@natter/contracts/bus-access';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { publicKeyOf } from '../../packages/service-kit/nkeys.mjs';
import { filledIn } from '../env.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const template = readFileSync(join(root, '.env.example'), 'utf8');
const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
const settingsOf = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'natter-env-'));
  for (const path of ['infra/env.mjs', 'packages/service-kit/nkeys.mjs', '.env.example']) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('has every setting docker-compose.yml cannot do without, each with a secret of its own', () => {
  const asked = [...compose.matchAll(/\$\{([A-Z_]+):\?/g)].map(([, name = '']) => name);
  const [first, second] = [settingsOf(filledIn(template, {})), settingsOf(filledIn(template, {}))];
  expect(asked.length).toBeGreaterThan(10);
  for (const name of asked) expect(first.get(name), name).toBeTruthy();
  const secrets = [...first].filter(([name]) => /PASSWORD$|_SEED$/.test(name)).map(([, value]) => value);
  expect(secrets).toHaveLength(11);
  expect(new Set([...secrets, ...second.values()]).size).toBeGreaterThan(21);
  for (const secret of secrets) expect(secret).toMatch(/^([0-9a-f]{48}|SU[A-Z2-7]{56})$/);
});

it('holds a pair of keys for each service, by the name NATS knows it', () => {
  const made = settingsOf(filledIn(template, {}));
  for (const variable of busUsers.map(nkeyVariable))
    expect(made.get(variable)).toBe(publicKeyOf(made.get(`${variable}_SEED`) ?? ''));
});

it('leaves no secret with a value that works without being made', () => {
  for (const [name, value] of settingsOf(template)) if (/PASSWORD|NKEY/.test(name)) expect(value, name).toBe('');
  expect(compose).not.toMatch(/\$\{[A-Z_]*(PASSWORD|NKEY)[A-Z_]*(:?-|\})/);
});

it('asks for no setting that nobody has heard of', () => {
  const known = `${readFileSync(join(root, 'docs/configuration.md'), 'utf8')}${template}`;
  const named = [...new Set(compose.match(/\bNATTER_[A-Z_]+/g))];
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});

it('takes what the operator says', () => {
  const given = { HTTP_PORT: '127.0.0.1:8080', NATTER_ADMIN_USERNAME: 'ann', PATH: '/bin' };
  const made = settingsOf(filledIn(template, given));
  expect(made.get('NATTER_ORIGINS')).toBe('http://localhost:8080');
  expect(made.get('NATTER_ADMIN_USERNAME')).toBe('ann');
  expect(() => filledIn(template, { NATTER_ADMIN_PASSWORD: 'two words' })).toThrow('NATTER_ADMIN_PASSWORD');
});

it('is written once, for its owner alone, by Node without packages', () => {
  const run = () => spawnSync(process.execPath, [join(folder, 'infra/env.mjs')], { encoding: 'utf8', env: {} });
  expect(run()).toMatchObject({ status: 0, stderr: '' });
  const file = join(folder, '.env');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const before = readFileSync(file, 'utf8');
  const again = run();
  expect(again.status).toBe(1);
  expect(again.stderr).toMatch(/^.*\.env is there already.*\n$/);
  expect(readFileSync(file, 'utf8')).toBe(before);
  const shell = ['-c', `. ${file}; printf %s "$POSTGRES_PASSWORD"`];
  expect(execFileSync('sh', shell, { encoding: 'utf8' })).toBe(settingsOf(before).get('POSTGRES_PASSWORD'));
});
