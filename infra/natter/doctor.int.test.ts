// The doctor on a PostgreSQL and a nats-server that are there, and on none.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { doctor } from './doctor.js';
import { readSettings } from './settings.js';
import { TestDatabases } from './testing/databases.js';

let folder: string;
let system: TestDatabases;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'natter-doctor-'));
  system = await TestDatabases.create();
  await system.ask('natter_auth', 'CREATE TABLE signing_keys (n integer)');
});
afterAll(async () => {
  await system.drop();
  await rm(folder, { recursive: true, force: true });
});

async function told(env: NodeJS.ProcessEnv): Promise<{ code: number; lines: string[] }> {
  let text = '';
  const code = await doctor(readSettings(env, folder), (more) => (text += more));
  // The machine the tests run on may well have too little of something.
  return { code, lines: text.split('\n').filter((line) => /^(ok|!!|-) .*(postgres|durab|encod|keys|nats)/.test(line)) };
}

it('finds what is there, and what is missing in it', async () => {
  const { code, lines } = await told(
    system.environment({ NATTER_FILES_DIR: folder, NATS_URL: process.env['TEST_NATS_URL'] ?? '' }),
  );
  expect(lines).toEqual([
    expect.stringMatching(/^ok {2}postgres: 1\d.* answers$/),
    'ok  durability: fsync, full_page_writes, synchronous_commit are on',
    'ok  encoding: UTF8',
    '!!  keys: natter_auth has no keys that sign sessions',
    '-   keys: natter_notifications has no key that signs pushes yet: made when first needed',
    expect.stringMatching(/^ok {2}nats: .* with JetStream$/),
  ]);
  expect(code).toBe(1);
});

it('says of what does not answer which one it is', async () => {
  const env = {
    NATTER_DATA: folder,
    DATABASE_URL: 'postgres://127.0.0.1:1/postgres',
    NATS_URL: 'nats://127.0.0.1:1,nats://host:99999',
  };
  const { code, lines } = await told(env);
  expect(lines).toEqual([
    ...['auth', 'rooms', 'notifications'].map((name) =>
      expect.stringMatching(`^!!  postgres: The database natter_${name} on 127.0.0.1:1 does not answer`),
    ),
    '!!  nats: 127.0.0.1:1 does not answer',
    '!!  nats: NATS_URL cannot be read',
  ]);
  expect(code).toBe(1);
});
