import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeDataFolder } from '@natter/infra/data-folder';
import { keptSeeds } from '@natter/infra/nats-server';
import { keptSecrets } from '@natter/infra/secrets';
import { DATABASES } from '@natter/infra/databases';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { reachableUrls } from './place.js';
import { readSettings } from './settings.js';

let dataDir: string;
let stop: () => void;
/** A launcher that runs, as far as its data folder tells. */
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'natter-place-'));
  stop = takeDataFolder(dataDir).release;
  writeFileSync(join(dataDir, 'ports.json'), '{"postgres": 20001}');
  keptSeeds(join(dataDir, 'secrets.json'));
});
afterEach(() => {
  stop();
  rmSync(dataDir, { recursive: true, force: true });
});
const settings = (more: NodeJS.ProcessEnv = {}) => readSettings({ NATTER_DATA: dataDir, ...more }, '/');

it('of a running Natter on a PostgreSQL of the operator’s, the address is asked for, and nothing is written down', () => {
  const before = readFileSync(join(dataDir, 'secrets.json'), 'utf8');
  expect(() => reachableUrls(settings())).toThrow('set DATABASE_URL');
  expect(readFileSync(join(dataDir, 'secrets.json'), 'utf8')).toBe(before);
  const DATABASE_URL = 'postgres://me:secret@db/postgres';
  expect(reachableUrls(settings({ DATABASE_URL }))?.natter_auth).toBe('postgres://me:secret@db/natter_auth');
});

it('of one on its own PostgreSQL, it is known', () => {
  mkdirSync(join(dataDir, 'postgres'));
  writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '18');
  const { natter_rooms: password } = keptSecrets(join(dataDir, 'secrets.json'), ['postgres', ...DATABASES]);
  expect(reachableUrls(settings())?.natter_rooms).toBe(
    `postgres://natter_rooms:${password}@127.0.0.1:20001/natter_rooms`,
  );
});

it('of one that does not run, there is none', () => {
  stop();
  expect(reachableUrls(settings())).toBeUndefined();
});
